#include "node/cli/dev_cert.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <algorithm>
#include <filesystem>

#include "tests/support/manual_clock.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::cli;

namespace {

struct Answer {
  bool good = false;
  QString text;
};

class Folder {
 public:
  Folder() { result_ = make_dev_cert(path(), {"localhost", "*.node.example", "127.0.0.1", "::1"}); }
  std::string path() const { return folder_.filePath(QStringLiteral("certs")).toStdString(); }
  QString file(const char* name) const { return QString::fromStdString(path() + '/' + name); }
  const Result<void>& result() const { return result_; }

  Answer openssl(QStringList arguments) const {
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.setWorkingDirectory(QString::fromStdString(path()));
    process.start(QStringLiteral("openssl"), arguments);
    bool ended = process.waitForFinished(20'000);
    return {ended && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0,
            QString::fromUtf8(process.readAll())};
  }
  Answer verify(const QStringList& more) const {
    return openssl(QStringList{QStringLiteral("verify"), QStringLiteral("-x509_strict"),
                               QStringLiteral("-purpose"), QStringLiteral("sslserver"),
                               QStringLiteral("-no-CApath"), QStringLiteral("-no-CAstore"),
                               QStringLiteral("-CAfile"), QStringLiteral("ca.pem")} +
                   more + QStringList{QStringLiteral("cert.pem")});
  }

 private:
  QTemporaryDir folder_;
  Result<void> result_;
};

QByteArray content(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class DevCertTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void it_is_accepted_for_its_names_only_data();
  void it_is_accepted_for_its_names_only();
  void it_is_valid_from_yesterday_for_a_year_data();
  void it_is_valid_from_yesterday_for_a_year();
  void another_run_s_ca_does_not_accept_it();
  void only_the_owner_reads_the_key_and_the_ca_s_key_is_nowhere();
  void the_key_belongs_to_the_certificate();
  void extensions_say_what_it_is_for();
  void a_second_run_replaces_the_files();
  void wrong_names_are_refused_data();
  void wrong_names_are_refused();
};

void DevCertTest::it_is_accepted_for_its_names_only_data() {
  QTest::addColumn<QString>("option");
  QTest::addColumn<QString>("name");
  QTest::addColumn<bool>("accepted");
  auto row = [](const char* option, const char* name, bool accepted) {
    QTest::newRow(name) << QString::fromLatin1(option) << QString::fromLatin1(name) << accepted;
  };
  row("-verify_hostname", "localhost", true);
  row("-verify_hostname", "a.node.example", true);
  row("-verify_ip", "127.0.0.1", true);
  row("-verify_ip", "::1", true);
  row("-verify_hostname", "other.example", false);
  row("-verify_hostname", "a.b.node.example", false);
  row("-verify_ip", "127.0.0.2", false);
}

void DevCertTest::it_is_accepted_for_its_names_only() {
  QFETCH(QString, option);
  QFETCH(QString, name);
  QFETCH(bool, accepted);
  Folder folder;
  QVERIFY2(folder.result(), why(folder.result()).c_str());
  auto answer = folder.verify({option, name});
  QVERIFY2(answer.good == accepted, qPrintable(answer.text));
}

void DevCertTest::it_is_valid_from_yesterday_for_a_year_data() {
  QTest::addColumn<qint64>("hours");  // from the making on
  QTest::addColumn<bool>("accepted");
  QTest::newRow("two days before") << qint64{-48} << false;
  QTest::newRow("most of a day before") << qint64{-23} << true;
  QTest::newRow("at once") << qint64{0} << true;
  QTest::newRow("364 days later") << qint64{364 * 24} << true;
  QTest::newRow("366 days later") << qint64{366 * 24} << false;
}

void DevCertTest::it_is_valid_from_yesterday_for_a_year() {
  QFETCH(qint64, hours);
  QFETCH(bool, accepted);
  Folder folder;
  ManualClock clock({1'800'000'000'000});
  QVERIFY(make_dev_cert(folder.path(), {"localhost"}, clock));
  auto at = QString::number(clock.now().ms / 1000 + hours * 3600);
  auto answer = folder.verify({QStringLiteral("-attime"), at});
  QVERIFY2(answer.good == accepted, qPrintable(answer.text));
}

void DevCertTest::another_run_s_ca_does_not_accept_it() {
  Folder one;
  Folder other;
  QVERIFY(QFile::remove(one.file("ca.pem")));
  QVERIFY(QFile::copy(other.file("ca.pem"), one.file("ca.pem")));
  QVERIFY(!one.verify({}).good);
}

void DevCertTest::only_the_owner_reads_the_key_and_the_ca_s_key_is_nowhere() {
  Folder folder;
  QCOMPARE(std::filesystem::status(folder.path() + "/key.pem").permissions(), std::filesystem::perms(0600));
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  QVERIFY((names == std::vector<std::string>{"ca.pem", "cert.pem", "key.pem"}));
  QCOMPARE(content(folder.file("key.pem")).count("PRIVATE KEY-----"), 2);  // one key: its begin and its end
  QVERIFY(!content(folder.file("ca.pem")).contains("PRIVATE"));
  QVERIFY(!content(folder.file("cert.pem")).contains("PRIVATE"));
}

void DevCertTest::the_key_belongs_to_the_certificate() {
  Folder folder;
  auto of_key = folder.openssl(
      {QStringLiteral("pkey"), QStringLiteral("-in"), QStringLiteral("key.pem"), QStringLiteral("-pubout")});
  auto of_certificate =
      folder.openssl({QStringLiteral("x509"), QStringLiteral("-in"), QStringLiteral("cert.pem"),
                      QStringLiteral("-noout"), QStringLiteral("-pubkey")});
  QVERIFY2(of_key.good && of_certificate.good, qPrintable(of_key.text + of_certificate.text));
  QCOMPARE(of_key.text, of_certificate.text);
}

void DevCertTest::extensions_say_what_it_is_for() {
  Folder folder;
  auto text = [&](const char* file) {
    return folder
        .openssl({QStringLiteral("x509"), QStringLiteral("-in"), QString::fromLatin1(file),
                  QStringLiteral("-noout"), QStringLiteral("-text")})
        .text.simplified();
  };
  auto leaf = text("cert.pem");
  for (auto part :
       {"prime256v1", "Basic Constraints: critical CA:FALSE", "Key Usage: critical Digital Signature",
        "Extended Key Usage: TLS Web Server Authentication", "Authority Key Identifier",
        "DNS:localhost, DNS:*.node.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1"}) {
    QVERIFY2(leaf.contains(QLatin1String(part)),
             qPrintable(QLatin1String(part) + QStringLiteral(" not in ") + leaf));
  }
  auto ca = text("ca.pem");
  QVERIFY2(ca.contains(QStringLiteral("CA:TRUE, pathlen:0")), qPrintable(ca));
  QVERIFY2(ca.contains(QStringLiteral("Key Usage: critical Certificate Sign, CRL Sign")), qPrintable(ca));
}

void DevCertTest::a_second_run_replaces_the_files() {
  Folder folder;
  auto before = content(folder.file("key.pem"));
  QVERIFY(
      QFile::setPermissions(folder.file("key.pem"), QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther));
  QVERIFY(make_dev_cert(folder.path(), {"localhost"}));
  QVERIFY(content(folder.file("key.pem")) != before);
  QCOMPARE(std::filesystem::status(folder.path() + "/key.pem").permissions(), std::filesystem::perms(0600));
  QVERIFY(folder.verify({QStringLiteral("-verify_hostname"), QStringLiteral("localhost")}).good);
}

void DevCertTest::wrong_names_are_refused_data() {
  QTest::addColumn<std::string>("name");
  QTest::newRow("empty") << std::string();
  QTest::newRow("another entry") << std::string("localhost,IP:10.0.0.1");
  QTest::newRow("URL") << std::string("https://localhost");
  QTest::newRow("port") << std::string("localhost:8443");
  QTest::newRow("brackets") << std::string("[::1]");
  QTest::newRow("star inside") << std::string("a.*.example");
  QTest::newRow("star alone") << std::string("*.");
  QTest::newRow("other script") << std::string("bücher.example");
  QTest::newRow("NUL") << std::string("localhost\0x", 11);
  QTest::newRow("line break") << std::string("localhost\n");
  QTest::newRow("too long") << std::string(254, 'a');
}

void DevCertTest::wrong_names_are_refused() {
  QFETCH(std::string, name);
  QTemporaryDir folder;
  auto path = folder.filePath(QStringLiteral("certs")).toStdString();
  auto result = make_dev_cert(path, {"localhost", name});
  QVERIFY(!result);
  QCOMPARE(result.error().code, Errc::bad_request);
  QVERIFY(!std::filesystem::exists(path));
  QVERIFY(!make_dev_cert(path, {}));
}

QTEST_GUILESS_MAIN(DevCertTest)
#include "dev_cert_test.moc"
