#include "protocol/signature/verify.h"

#include <functional>
#include <set>

#include "protocol/base/encoding.h"
#include "tests/support/qt.h"
#include "tests/unit/protocol/signature/signed_request.h"

namespace dunlin::signature {
using namespace std::string_literals;
using namespace std::chrono_literals;

namespace {
using Edit = std::function<void(SignedRequest&)>;

void row(const char* name, Scheme scheme, Edit edit, std::string expected) {
  QTest::newRow(name) << scheme << std::move(edit) << std::move(expected);
}
constexpr auto cavage = Scheme::cavage;
constexpr auto rfc9421 = Scheme::rfc9421;
}  // namespace

class VerifyTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void what_we_sign_is_accepted_data();
  void what_we_sign_is_accepted();
  void the_order_of_headers_does_not_matter_data();
  void the_order_of_headers_does_not_matter();
  void a_default_port_may_be_said_or_left_out();
  void what_is_wrong_without_a_key_is_refused_data();
  void what_is_wrong_without_a_key_is_refused();
  void what_was_changed_after_signing_is_not_signed_data();
  void what_was_changed_after_signing_is_not_signed();
  void times_are_taken_within_the_window_data();
  void times_are_taken_within_the_window();
  void digests_of_each_form_are_read_data();
  void digests_of_each_form_are_read();
  void every_refusal_has_a_word_of_its_own();
};

void VerifyTest::what_we_sign_is_accepted_data() {
  QTest::addColumn<Scheme>("scheme");
  QTest::addColumn<KeyKind>("kind");
  QTest::addColumn<std::string>("method");
  QTest::addColumn<std::string>("target");
  QTest::addColumn<std::string>("host");
  for (Scheme scheme : {cavage, rfc9421}) {
    for (KeyKind kind : {KeyKind::rsa, KeyKind::ed25519}) {
      for (const char* method : {"GET", "POST"}) {
        for (const char* target : {"/", "/users/bob/inbox", "/inbox?a=1&b=%20", "/inbox?", "/a?b?c"}) {
          for (const char* host : {"node.example", "node.example:3000", "NODE.example"}) {
            QTest::addRow("%d %d %s %s %s", static_cast<int>(scheme), static_cast<int>(kind), method, target,
                          host)
                << scheme << kind << std::string(method) << std::string(target) << std::string(host);
          }
        }
      }
    }
  }
}

void VerifyTest::what_we_sign_is_accepted() {
  QFETCH(Scheme, scheme);
  QFETCH(KeyKind, kind);
  QFETCH(std::string, method);
  QFETCH(std::string, target);
  QFETCH(std::string, host);
  SignedRequest request = method == "GET" ? a_get(target) : a_post(target);
  request.set("Host", host).sign(scheme, test_key(kind));
  const auto claim = request.read();
  QVERIFY2(claim, why(claim).c_str());
  QCOMPARE(claim->key_id, test_key_id);
  QVERIFY(claim->scheme == scheme);
  QCOMPARE(claim->made_at, test_now);
  QVERIFY(claim->is_signed_by(test_key(kind).public_key()));
  QVERIFY(!claim->is_signed_by(other_test_key(kind).public_key()));
  const KeyKind other_kind = kind == KeyKind::rsa ? KeyKind::ed25519 : KeyKind::rsa;
  QVERIFY(!claim->is_signed_by(test_key(other_kind).public_key()));
}

void VerifyTest::the_order_of_headers_does_not_matter_data() {
  QTest::addColumn<Scheme>("scheme");
  QTest::newRow("cavage") << cavage;
  QTest::newRow("RFC 9421") << rfc9421;
}

void VerifyTest::the_order_of_headers_does_not_matter() {
  QFETCH(Scheme, scheme);
  SignedRequest request = a_post();
  request.sign(scheme, test_key(KeyKind::rsa));
  std::sort(request.headers.begin(), request.headers.end());
  do {
    const auto claim = request.read();
    QVERIFY2(claim, why(claim).c_str());
    QVERIFY(claim->is_signed_by(test_key(KeyKind::rsa).public_key()));
  } while (std::next_permutation(request.headers.begin(), request.headers.end()));
}

void VerifyTest::a_default_port_may_be_said_or_left_out() {
  for (Scheme scheme : {cavage, rfc9421}) {
    SignedRequest request = a_post();
    request.set("Host", "node.example:443").sign(scheme, test_key(KeyKind::rsa));
    const auto claim = request.read();
    QVERIFY2(claim, why(claim).c_str());
    QVERIFY(claim->is_signed_by(test_key(KeyKind::rsa).public_key()));
  }
}

void VerifyTest::what_is_wrong_without_a_key_is_refused_data() {
  QTest::addColumn<Scheme>("scheme");
  QTest::addColumn<Edit>("edit");
  QTest::addColumn<std::string>("expected");
  for (Scheme scheme : {cavage, rfc9421}) {  // T-B1, T-B3
    const std::string digest = scheme == cavage ? "Digest" : "Content-Digest";
    row(
        "no signature", scheme, [](auto& r) { r.remove("signature").remove("signature-input"); }, "unsigned");
    row(
        "a byte of the body changed", scheme, [](auto& r) { r.body[3] ^= 1; }, "wrong_digest");
    row(
        "a body that was not there", scheme, [](auto& r) { r.body += " "; }, "wrong_digest");
    row(
        "no digest", scheme, [=](auto& r) { r.remove(digest); }, "no_digest");
    row(
        "for another host", scheme, [](auto& r) { r.set("Host", "other.example"); }, "wrong_host");
    row(
        "for another port", scheme, [](auto& r) { r.set("Host", "node.example:3001"); }, "wrong_host");
    row(
        "for a name that begins like ours", scheme, [](auto& r) { r.set("Host", "node.example.evil"); },
        "wrong_host");
    row(
        "a line break", scheme, [](auto& r) { r.set("X", "a\nb"); }, "malformed");
    row(
        "empty signature", scheme, [](auto& r) { r.set("Signature", ""); }, "malformed");
    row(
        "two signatures", scheme, [](auto& r) { r.headers.emplace_back("signature", r.get("Signature")); },
        "malformed");
    row(
        "a long signature", scheme,
        [](auto& r) { r.set("Signature", r.get("Signature") + "," + std::string(8192, 'a')); }, "malformed");
  }
  row(
      "no host", cavage, [](auto& r) { r.remove("Host"); }, "missing_header");
  row(
      "no host", rfc9421, [](auto& r) { r.remove("Host"); }, "wrong_host");
  row(
      "two hosts", rfc9421, [](auto& r) { r.headers.emplace_back("Host", "node.example"); }, "wrong_host");
  row(
      "only the date covered", cavage,
      [](auto& r) { r.replace("Signature", "(request-target) host date digest content-type", "date"); },
      "weak_coverage");  // T-B2
  row(
      "nothing covered", cavage,
      [](auto& r) { r.replace("Signature", "(request-target) host date digest content-type", ""); },
      "weak_coverage");
  row(
      "covered names left out", cavage,
      [](auto& r) {
        r.replace("Signature", "headers=\"(request-target) host date digest content-type\",", "");
      },
      "weak_coverage");
  row(
      "target not covered", cavage, [](auto& r) { r.replace("Signature", "(request-target) ", ""); },
      "weak_coverage");
  row(
      "host not covered", cavage, [](auto& r) { r.replace("Signature", " host", ""); }, "weak_coverage");
  row(
      "date not covered", cavage, [](auto& r) { r.replace("Signature", " date", ""); }, "weak_coverage");
  row(
      "digest not covered", cavage, [](auto& r) { r.replace("Signature", " digest", ""); }, "weak_coverage");
  row(
      "covered header not there", cavage, [](auto& r) { r.remove("Content-Type"); }, "missing_header");
  row(
      "covered twice", cavage, [](auto& r) { r.replace("Signature", "host", "host host"); }, "malformed");
  row(
      "covered twice in other case", cavage, [](auto& r) { r.replace("Signature", "host", "host Host"); },
      "malformed");
  row(
      "hmac", cavage, [](auto& r) { r.replace("Signature", "rsa-sha256", "hmac-sha256"); },
      "bad_algorithm");  // T-B5
  row(
      "none", cavage, [](auto& r) { r.replace("Signature", "rsa-sha256", "none"); }, "bad_algorithm");
  row(
      "empty algorithm", cavage, [](auto& r) { r.replace("Signature", "rsa-sha256", ""); }, "bad_algorithm");
  row(
      "rsa-sha1", cavage, [](auto& r) { r.replace("Signature", "rsa-sha256", "rsa-sha1"); }, "bad_algorithm");
  row(
      "(created) with rsa-sha256", cavage,
      [](auto& r) { r.replace("Signature", "headers=\"", "created=1795244380,headers=\"(created) "); },
      "bad_algorithm");
  row(
      "no keyId", cavage, [](auto& r) { r.replace("Signature", "keyId=", "keyed="); }, "malformed");
  row(
      "empty keyId", cavage, [](auto& r) { r.replace("Signature", test_key_id, ""); }, "malformed");
  row(
      "keyId twice", cavage, [](auto& r) { r.set("Signature", "keyId=\"b\"," + r.get("Signature")); },
      "malformed");
  row(
      "keyId twice in other case", cavage,
      [](auto& r) { r.set("Signature", "keyid=\"b\"," + r.get("Signature")); }, "malformed");
  row(
      "signature not in base64", cavage,
      [](auto& r) { r.replace("Signature", ",signature=\"", ",signature=\"!"); }, "malformed");
  row(
      "no signature in it", cavage,
      [](auto& r) {
        r.set("Signature", r.get("Signature").substr(0, r.get("Signature").find(",signature=")));
      },
      "malformed");
  row(
      "open quotes", cavage, [](auto& r) { r.set("Signature", r.get("Signature") + ",x=\"a"); }, "malformed");
  row(
      "a comma at the end", cavage, [](auto& r) { r.set("Signature", r.get("Signature") + ","); },
      "malformed");
  row(
      "a scheme in front", cavage, [](auto& r) { r.set("Signature", "Signature " + r.get("Signature")); },
      "malformed");
  row(
      "many parameters", cavage,
      [](auto& r) {
        for (char c = 'a'; c < 'u'; ++c) r.set("Signature", r.get("Signature") + "," + c + "=1");
      },
      "malformed");
  row(
      "no date", cavage, [](auto& r) { r.remove("Date"); }, "stale");  // T-B4
  row(
      "unreadable date", cavage, [](auto& r) { r.set("Date", "yesterday"); }, "stale");
  row(
      "two dates", cavage, [](auto& r) { r.headers.emplace_back("Date", r.get("Date")); }, "stale");
  row(
      "expired", cavage, [](auto& r) { r.set("Signature", r.get("Signature") + ",expires=1795237000"); },
      "stale");
  row(
      "unreadable end", cavage, [](auto& r) { r.set("Signature", r.get("Signature") + ",expires=\"soon\""); },
      "stale");
  row(
      "signed as RFC 9421 in name only", cavage,
      [](auto& r) { r.set("Signature-Input", "sig1=(\"@method\")"); }, "malformed");

  row(
      "method not covered", rfc9421, [](auto& r) { r.replace("Signature-Input", "\"@method\" ", ""); },
      "weak_coverage");
  row(
      "target not covered", rfc9421, [](auto& r) { r.replace("Signature-Input", " \"@target-uri\"", ""); },
      "weak_coverage");
  row(
      "path alone covered", rfc9421, [](auto& r) { r.replace("Signature-Input", "@target-uri", "@path"); },
      "weak_coverage");
  row(
      "digest not covered", rfc9421, [](auto& r) { r.replace("Signature-Input", " \"content-digest\"", ""); },
      "weak_coverage");
  row(
      "nothing covered", rfc9421,
      [](auto& r) { r.replace("Signature-Input", "\"@method\" \"@target-uri\" \"content-digest\"", ""); },
      "weak_coverage");
  row(
      "no created", rfc9421, [](auto& r) { r.replace("Signature-Input", ";created=1795244380", ""); },
      "weak_coverage");
  row(
      "created is text", rfc9421,
      [](auto& r) { r.replace("Signature-Input", "1795244380", "\"1795244380\""); }, "stale");
  row(
      "created is negative", rfc9421,
      [](auto& r) { r.replace("Signature-Input", "1795244380", "-999999999999999"); }, "stale");
  row(
      "created is huge", rfc9421,
      [](auto& r) { r.replace("Signature-Input", "1795244380", "999999999999999"); }, "stale");
  row(
      "expired", rfc9421,
      [](auto& r) { r.replace("Signature-Input", ";keyid", ";expires=1795237000;keyid"); }, "stale");
  row(
      "expires is text", rfc9421,
      [](auto& r) { r.replace("Signature-Input", ";keyid", ";expires=\"1795244380\";keyid"); }, "stale");
  row(
      "covered header not there", rfc9421,
      [](auto& r) { r.replace("Signature-Input", "\"@method\"", "\"@method\" \"x-a\""); }, "missing_header");
  row(
      "covered twice", rfc9421,
      [](auto& r) { r.replace("Signature-Input", "\"@method\"", "\"@method\" \"@method\""); }, "malformed");
  row(
      "unknown derived component", rfc9421,
      [](auto& r) { r.replace("Signature-Input", "\"@method\"", "\"@method\" \"@status\""); }, "malformed");
  row(
      "component with parameters", rfc9421,
      [](auto& r) { r.replace("Signature-Input", "\"@method\"", "\"@method\" \"content-type\";sf"); },
      "malformed");
  row(
      "component with capitals", rfc9421,
      [](auto& r) { r.replace("Signature-Input", "\"@method\"", "\"@method\" \"Content-Type\""); },
      "malformed");
  row(
      "component that is a token", rfc9421,
      [](auto& r) { r.replace("Signature-Input", "\"@method\"", "\"@method\" date"); }, "malformed");
  row(
      "the signature's own parameters covered", rfc9421,
      [](auto& r) { r.replace("Signature-Input", "\"@method\"", "\"@method\" \"@signature-params\""); },
      "malformed");
  row(
      "hmac", rfc9421, [](auto& r) { r.replace("Signature-Input", ";keyid", ";alg=\"hmac-sha256\";keyid"); },
      "bad_algorithm");
  row(
      "alg is a token", rfc9421,
      [](auto& r) { r.replace("Signature-Input", ";keyid", ";alg=ed25519;keyid"); }, "bad_algorithm");
  row(
      "no keyid", rfc9421, [](auto& r) { r.replace("Signature-Input", ";keyid", ";key"); }, "malformed");
  row(
      "keyid twice", rfc9421, [](auto& r) { r.replace("Signature-Input", ";keyid", ";keyid=\"b\";keyid"); },
      "malformed");
  row(
      "created twice", rfc9421,
      [](auto& r) { r.replace("Signature-Input", ";keyid", ";created=1795244380;keyid"); }, "malformed");
  row(
      "the label twice", rfc9421,
      [](auto& r) { r.set("Signature-Input", r.get("Signature-Input") + ", " + r.get("Signature-Input")); },
      "malformed");
  row(
      "a label without signature", rfc9421, [](auto& r) { r.replace("Signature", "sig1", "sig2"); },
      "malformed");
  row(
      "no list", rfc9421, [](auto& r) { r.set("Signature-Input", "sig1;created=1795244380;keyid=\"a\""); },
      "malformed");
  row(
      "two inputs", rfc9421,
      [](auto& r) { r.headers.emplace_back("Signature-Input", r.get("Signature-Input")); }, "malformed");
  row(
      "a long input", rfc9421,
      [](auto& r) {
        r.replace("Signature-Input", ";keyid", ";nonce=\"" + std::string(8192, 'a') + "\";keyid");
      },
      "malformed");
  row(
      "no Signature", rfc9421, [](auto& r) { r.remove("Signature"); }, "malformed");
  row(
      "cavage beside an input", rfc9421,
      [](auto& r) { r.set("Signature", "keyId=\"a\",signature=\"aaaa\""); }, "malformed");
  row(
      "empty input", rfc9421, [](auto& r) { r.set("Signature-Input", ""); }, "malformed");
  row(
      "two that could be meant", rfc9421,
      [](auto& r) {
        r.set("Signature-Input", r.get("Signature-Input") + ", sig2" + r.get("Signature-Input").substr(4));
        r.set("Signature", r.get("Signature") + ", sig2" + r.get("Signature").substr(4));
      },
      "malformed");
}

void VerifyTest::what_is_wrong_without_a_key_is_refused() {
  QFETCH(Scheme, scheme);
  QFETCH(Edit, edit);
  QFETCH(std::string, expected);
  SignedRequest request = a_post();
  request.sign(scheme, test_key(KeyKind::rsa));
  QCOMPARE(word(request.read()), "");
  edit(request);
  QCOMPARE(word(request.read()), expected);
}

void VerifyTest::what_was_changed_after_signing_is_not_signed_data() {
  QTest::addColumn<Scheme>("scheme");
  QTest::addColumn<Edit>("edit");
  for (Scheme scheme : {cavage, rfc9421}) {  // T-B1, T-B2, T-B3
    const std::string digest = scheme == cavage ? "Digest" : "Content-Digest";
    auto add = [&](const char* name, Edit edit) { QTest::newRow(name) << scheme << std::move(edit); };
    add("body and its digest", [=](auto& r) {
      r.body = "{}";
      r.set(digest, scheme == cavage ? "SHA-256=" + base64(bytes_of(sha256("{}")))
                                     : "sha-256=:" + base64(bytes_of(sha256("{}"))) + ":");
    });
    add("path", [](auto& r) { r.target = "/users/bob/inbox"; });
    add("query added", [](auto& r) { r.target = "/outbox?a=1"; });
    add("method", [](auto& r) { r.method = "PUT"; });
    add("to another of our names", [](auto& r) { r.set("Host", "node.example:3000"); });
  }
  QTest::newRow("date") << cavage << Edit([](auto& r) { r.set("Date", to_http_date(test_now + 1s)); });
  QTest::newRow("content type") << cavage << Edit([](auto& r) { r.set("Content-Type", "text/plain"); });
  QTest::newRow("created") << rfc9421 << Edit([](auto& r) { r.replace("Signature-Input", "380;", "381;"); });
  QTest::newRow("keyid") << rfc9421 << Edit([](auto& r) { r.replace("Signature-Input", "ada", "eve"); });
}

void VerifyTest::what_was_changed_after_signing_is_not_signed() {
  QFETCH(Scheme, scheme);
  QFETCH(Edit, edit);
  SignedRequest request = a_post();
  request.sign(scheme, test_key(KeyKind::rsa));
  edit(request);
  const auto claim = request.read();
  QVERIFY2(claim, why(claim).c_str());
  QVERIFY(!claim->is_signed_by(test_key(KeyKind::rsa).public_key()));
}

void VerifyTest::times_are_taken_within_the_window_data() {  // T-B4
  QTest::addColumn<std::int64_t>("minutes");
  QTest::addColumn<std::string>("expected");
  QTest::newRow("13 h old") << std::int64_t{-13 * 60} << "stale"s;
  QTest::newRow("12 h and 1 min old") << std::int64_t{-12 * 60 - 1} << "stale"s;
  QTest::newRow("12 h old") << std::int64_t{-12 * 60} << ""s;
  QTest::newRow("11 h old") << std::int64_t{-11 * 60} << ""s;
  QTest::newRow("1 h ahead") << std::int64_t{60} << ""s;
  QTest::newRow("61 min ahead") << std::int64_t{61} << "stale"s;
  QTest::newRow("2 h ahead") << std::int64_t{120} << "stale"s;
}

void VerifyTest::times_are_taken_within_the_window() {
  QFETCH(std::int64_t, minutes);
  QFETCH(std::string, expected);
  for (Scheme scheme : {cavage, rfc9421}) {
    SignedRequest request = a_post();
    request.sign(scheme, test_key(KeyKind::rsa), test_now + std::chrono::minutes(minutes));
    QCOMPARE(word(request.read()), expected);
  }
}

void VerifyTest::digests_of_each_form_are_read_data() {
  QTest::addColumn<Scheme>("scheme");
  QTest::addColumn<std::string>("value");
  QTest::addColumn<std::string>("expected");
  const std::string good = base64(bytes_of(sha256("{}")));
  const std::string bad = base64(bytes_of(sha256("[]")));
  // The SHA-512 of {}, by `openssl dgst -sha512`.
  const std::string good_512 =
      "J8dGcK23UHX60FjVzq97IMTneGyDuuijL2Jvl4KvNMmjPCBG72D9Knh403jin+yFGAa72aZ4ePOp8c2kgwdj/Q==";
  auto add = [](const char* name, Scheme scheme, std::string value, std::string expected) {
    QTest::newRow(name) << scheme << std::move(value) << std::move(expected);
  };
  add("plain", cavage, "SHA-256=" + good, "");
  add("lower case", cavage, "sha-256=" + good, "");
  add("in a list", cavage, "unixsum=30637,Sha-256=" + good + ", MD5=abc", "");
  add("twice", cavage, "SHA-256=" + good + ",SHA-256=" + good, "");
  add("once good and once bad", cavage, "SHA-256=" + good + ",sha-256=" + bad, "wrong_digest");
  add("of another body", cavage, "SHA-256=" + bad, "wrong_digest");
  add("cut short", cavage, "SHA-256=" + good.substr(0, 20), "wrong_digest");
  add("not base64", cavage, "SHA-256=????", "wrong_digest");
  add("another algorithm only", cavage, "SHA-512=" + good_512, "no_digest");
  add("empty", cavage, "", "no_digest");
  add("commas", cavage, ",,", "no_digest");
  add("plain", rfc9421, "sha-256=:" + good + ":", "");
  add("SHA-512", rfc9421, "sha-512=:" + good_512 + ":", "");
  add("both", rfc9421, "sha-512=:" + good_512 + ":, sha-256=:" + good + ":", "");
  add("one of both wrong", rfc9421, "sha-512=:" + good_512 + ":, sha-256=:" + bad + ":", "wrong_digest");
  add("with one that we do not know", rfc9421, "md5=:AAAA:, sha-256=:" + good + ":", "");
  add("only one that we do not know", rfc9421, "md5=:AAAA:", "no_digest");
  add("not bytes", rfc9421, "sha-256=\"" + good + "\"", "wrong_digest");
  add("as in Digest", rfc9421, "SHA-256=" + good, "malformed");
}

void VerifyTest::digests_of_each_form_are_read() {
  QFETCH(Scheme, scheme);
  QFETCH(std::string, value);
  QFETCH(std::string, expected);
  SignedRequest request = a_post();
  request.body = "{}";
  request.sign(scheme, test_key(KeyKind::rsa)).set(scheme == cavage ? "Digest" : "Content-Digest", value);
  QCOMPARE(word(request.read()), expected);
}

void VerifyTest::every_refusal_has_a_word_of_its_own() {
  std::set<std::string_view> words;
  for (Refusal refusal : refusals) {
    QVERIFY(words.insert(to_string(refusal)).second);
    QVERIFY(refusal_of(refuse(refusal, "because: of this").value()) == refusal);
  }
  QVERIFY(!refusal_of(fail(Errc::not_found, "Record not found").value()));
}

}  // namespace dunlin::signature

QTEST_GUILESS_MAIN(dunlin::signature::VerifyTest)
#include "verify_test.moc"
