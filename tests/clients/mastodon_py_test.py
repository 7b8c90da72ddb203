#!/usr/bin/python3
"""Mastodon.py, the Debian package python3-mastodon (1.8), unchanged, against a real node.

Every answer is checked twice: what the library hands out, in the test, and what stood on the wire, by entities.py. At the end
the number of different library calls that reached the node and were answered with success is printed; below 60 the run fails.
"""
import datetime
import io
import queue
import secrets
import sys
import unittest
import urllib.parse

from mastodon import (Mastodon, MastodonAPIError, MastodonIllegalArgumentError, MastodonNotFoundError, MastodonRatelimitError,
                      MastodonUnauthorizedError, StreamListener)

from browser import Browser, query_of, shown_code
from entities import AnswerCheck
from node_process import NodeProcess, run_tests
from pictures import png

CALLS_MIN = 60
OOB = "urn:ietf:wg:oauth:2.0:oob"
ALL_SCOPES = ["read", "write", "follow", "push"]


class Client:
    """A Mastodon object that remembers which of its methods reached the node and succeeded."""

    succeeded = set()

    def __init__(self, node, **options):
        self.session = node.http_session()
        self.answers = AnswerCheck(self.session)
        self.api = Mastodon(api_base_url=node.url, session=self.session, request_timeout=60, ratelimit_method="throw", **options)

    def __getattr__(self, name):
        attribute = getattr(self.api, name)
        if not callable(attribute):
            return attribute

        def call(*arguments, **named):
            before = self.answers.requests
            answer = attribute(*arguments, **named)
            if self.answers.requests > before:
                self.succeeded.add(name)
            return answer
        call.__name__ = name
        return call


class ApiTest(unittest.TestCase):
    node = None

    def setUp(self):
        self.clients = []

    unpacked = 0  # answers that came compressed, of all tests

    def tearDown(self):
        for client in self.clients:
            ApiTest.unpacked += client.answers.unpacked
            self.assertEqual(client.answers.problems(), [])

    def client(self, **options):
        client = Client(self.node, **options)
        self.addCleanup(client.session.close)
        self.clients.append(client)
        return client

    def browser(self):
        return Browser(self.http_session())

    def http_session(self):
        session = self.node.http_session()
        self.addCleanup(session.close)
        return session

    def someone(self, name, scopes="read write follow push"):
        """A client signed in as a new person. Names are the tests' own, so that tests stay apart."""
        self.node.create_account(name)
        return self.client(access_token=self.node.create_token(name, scopes))

    def register_app(self, redirect_uris=None, scopes=None):
        session = self.http_session()
        answers = AnswerCheck(session)
        made = Mastodon.create_app("Test client", scopes=scopes or ALL_SCOPES, redirect_uris=redirect_uris,
                                   website="https://client.example/", api_base_url=self.node.url, session=session)
        self.assertEqual(answers.problems(), [])
        Client.succeeded.add("create_app")
        return made

    def assertIds(self, page, ids):
        self.assertEqual([item.id for item in page], list(ids))


class SignInTest(ApiTest):
    def test_signs_in_by_a_code_from_the_browser(self):
        account = self.node.create_account("s_anna")
        client_id, client_secret = self.register_app()
        client = self.client(client_id=client_id, client_secret=client_secret)
        page = self.browser().authorize(client.api.auth_request_url(), account.email, account.password)
        token = client.log_in(code=shown_code(page))
        self.assertGreaterEqual(len(token), 32)
        self.assertEqual(client.account_verify_credentials().username, "s_anna")
        self.assertEqual(client.app_verify_credentials().name, "Test client")
        self.assertEqual(client.app_verify_credentials().website, "https://client.example/")

    def test_comes_back_to_the_app_with_code_and_state_and_stays_signed_in(self):
        account = self.node.create_account("s_bert")
        uris = ["myapp://oauth/done", "http://127.0.0.1:45678/callback", OOB]
        client_id, client_secret = self.register_app(uris)
        browser = self.browser()
        for number, uri in enumerate(uris[:2]):
            state = f"{secrets.token_urlsafe(8)} &=?#ü"
            client = self.client(client_id=client_id, client_secret=client_secret)
            url = client.api.auth_request_url(redirect_uris=uri, scopes=["read"], state=state, lang="de")
            if number:
                self.assertIsNone(browser.open(url, uri).sign_in_form(), "the browser is signed in already")
            page = browser.authorize(url, account.email, account.password, app_uri=uri)
            self.assertTrue(page.left_for, page.text)
            self.assertEqual(query_of(page.left_for)["state"], state)
            client.log_in(code=query_of(page.left_for)["code"], redirect_uri=uri, scopes=["read"])
            self.assertEqual(client.me().acct, "s_bert")

    def test_gives_a_code_once_and_only_to_its_redirect_address(self):
        account = self.node.create_account("s_cora")
        client_id, client_secret = self.register_app(["myapp://done", "myapp://other"])
        client = self.client(client_id=client_id, client_secret=client_secret)
        browser = self.browser()

        def new_code():
            url = client.api.auth_request_url(redirect_uris="myapp://done")
            return query_of(browser.authorize(url, account.email, account.password, app_uri="myapp://done").left_for)["code"]

        with self.assertRaises(MastodonIllegalArgumentError):
            client.log_in(code=new_code(), redirect_uri="myapp://other")
        code = new_code()
        client.log_in(code=code, redirect_uri="myapp://done")
        with self.assertRaises(MastodonIllegalArgumentError):
            client.log_in(code=code, redirect_uri="myapp://done")

    def test_shows_an_error_page_for_an_unregistered_address_or_scope(self):
        client_id, client_secret = self.register_app(["myapp://done"], ["read"])
        client = self.client(client_id=client_id, client_secret=client_secret)
        for address, scopes in (("https://evil.example/", ["read"]), ("myapp://done", ["read", "write"])):
            with self.subTest(address):
                page = self.browser().open(client.api.auth_request_url(redirect_uris=address, scopes=scopes), address)
                self.assertIsNone(page.left_for)
                self.assertGreaterEqual(page.status, 400)
                self.assertLess(page.status, 500)
                self.assertIsNone(page.sign_in_form())

    def test_signs_in_by_password(self):
        account = self.node.create_account("s_dora")
        client_id, client_secret = self.register_app()
        client = self.client(client_id=client_id, client_secret=client_secret)
        client.log_in(account.email, account.password, scopes=["read"])
        self.assertEqual(client.me().acct, "s_dora")
        with self.assertRaises(MastodonAPIError):
            client.status_post("this token may only read")
        with self.assertRaises(MastodonIllegalArgumentError):
            client.log_in(account.email, "wrong horse")
        with self.assertRaises(MastodonIllegalArgumentError):
            client.log_in("nobody@example.test", account.password)

    def test_revokes_a_token_for_good(self):
        account = self.node.create_account("s_emma")
        client_id, client_secret = self.register_app()
        client = self.client(client_id=client_id, client_secret=client_secret)
        token = client.log_in(account.email, account.password)
        other = self.client(access_token=token)
        self.assertEqual(other.me().acct, "s_emma")
        client.revoke_access_token()
        with self.assertRaises(MastodonUnauthorizedError):
            other.me()

    def test_signs_up_with_a_token_that_works_at_once(self):
        client_id, client_secret = self.register_app()
        client = self.client(client_id=client_id, client_secret=client_secret)
        client.create_account("s_fred", "long enough a password", "s_fred@example.test", agreement=True)
        self.assertEqual(client.me().username, "s_fred")
        token, error = self.client(client_id=client_id, client_secret=client_secret).create_account(
            "s_fred", "long enough a password", "other@example.test", agreement=True, return_detailed_error=True)
        self.assertIsNone(token)
        self.assertEqual(error.details.username[0].error, "ERR_TAKEN")


class AccountTest(ApiTest):
    def test_shows_an_account_in_every_way_to_ask_for_it(self):
        client, other = self.someone("a_anna"), self.someone("a_bert")
        me = client.me()
        self.assertEqual((me.username, me.acct, me.url), ("a_anna", "a_anna", f"{self.node.url}/@a_anna"))
        self.assertEqual((me.followers_count, me.following_count, me.statuses_count), (0, 0, 0))
        self.assertIsInstance(me.created_at, datetime.datetime)
        self.assertEqual((me.note, me.emojis, me.locked, me.bot), ("", [], False, False))
        self.assertEqual((me.source.note, me.source.privacy, me.source.sensitive), ("", "public", False))
        for same in (client.account_verify_credentials(), other.account(me.id), other.account_lookup("a_anna"),
                     other.account_lookup(f"a_anna@{self.node.domain}"), other.account_search("a_anna")[0],
                     self.client().account(me), self.client().account_lookup("A_Anna")):
            self.assertEqual((same.id, same.acct, same.url), (me.id, "a_anna", me.url))
        self.assertNotIn("source", other.account(me.id))

    def test_updates_the_profile_with_pictures(self):
        client = self.someone("a_cora")
        client.account_update_credentials(display_name="Cora 🐦 Müller", note="first line\nsecond <b>line</b> #birds",
                                          bot=True, discoverable=True,
                                          fields=[("Site", "https://cora.example/"), ("Pronouns", "she")])
        before = client.me()
        self.assertEqual(before.display_name, "Cora 🐦 Müller")
        self.assertEqual(before.source.note, "first line\nsecond <b>line</b> #birds")
        self.assertIn("&lt;b&gt;", before.note)
        self.assertTrue(before.bot and before.discoverable)
        self.assertEqual([(f.name, f.value) for f in before.source.fields], [("Site", "https://cora.example/"), ("Pronouns", "she")])
        self.assertIn("<a ", before.fields[0].value)
        self.assertIsNone(before.fields[0].verified_at)

        after = client.account_update_credentials(avatar=png(400, 400, (200, 30, 60)), avatar_mime_type="image/png",
                                                  header=png(1500, 500, (10, 60, 120)), header_mime_type="image/png")
        self.assertEqual((after.display_name, after.source.note), (before.display_name, before.source.note))
        for field in ("avatar", "avatar_static", "header", "header_static"):
            self.assertNotEqual(after[field], before[field])
            picture = client.session.get(after[field])
            self.assertEqual(picture.status_code, 200)
            self.assertIn(picture.headers["Content-Type"], ("image/png", "image/jpeg", "image/webp"))
            self.assertEqual(picture.headers["Access-Control-Allow-Origin"], "*")
        with self.assertRaises(MastodonAPIError) as caught:
            client.account_update_credentials(avatar=io.BytesIO(b"this is no picture"), avatar_mime_type="image/png")
        self.assertEqual(caught.exception.args[1], 422)
        self.assertEqual(client.me().avatar, after.avatar)

    def test_follows_and_unfollows_with_every_option(self):
        client, other = self.someone("a_dora"), self.someone("a_emil")
        target = other.me().id
        relation = client.account_follow(target)
        self.assertTrue(relation.following and relation.showing_reblogs)
        self.assertFalse(relation.notifying or relation.requested or relation.followed_by)
        relation = client.account_follow(target, reblogs=False, notify=True)
        self.assertTrue(relation.following and relation.notifying)
        self.assertFalse(relation.showing_reblogs)
        self.assertTrue(other.account_relationships(client.me().id)[0].followed_by)
        self.assertIds(client.account_following(client.me().id), [target])
        self.assertIds(client.account_followers(target), [client.me().id])
        self.assertEqual((client.me().following_count, other.me().followers_count), (1, 1))
        self.assertFalse(client.account_unfollow(target).following)
        self.assertEqual(client.account_following(client.me().id), [])
        self.assertEqual((client.me().following_count, other.me().followers_count), (0, 0))

    def test_removes_a_follower(self):
        client, other = self.someone("a_finn"), self.someone("a_gwen")
        other.account_follow(client.me().id)
        self.assertFalse(client.account_remove_from_followers(other.me().id).followed_by)
        self.assertEqual(client.account_followers(client.me().id), [])

    def test_asks_a_locked_account_and_is_let_in_or_not(self):
        locked, hopeful, unlucky = self.someone("a_hugo"), self.someone("a_iris"), self.someone("a_jack")
        self.assertTrue(locked.account_update_credentials(locked=True).locked)
        target = locked.me().id
        for client in (hopeful, unlucky):
            relation = client.account_follow(target)
            self.assertEqual((relation.following, relation.requested), (False, True))
        self.assertEqual({a.acct for a in locked.follow_requests()}, {"a_iris", "a_jack"})
        self.assertEqual(locked.me().source.follow_requests_count, 2)
        self.assertTrue(locked.account_relationships(hopeful.me().id)[0].requested_by)
        self.assertEqual([n.type for n in locked.notifications()], ["follow_request", "follow_request"])
        self.assertTrue(locked.follow_request_authorize(hopeful.me().id).followed_by)
        self.assertFalse(locked.follow_request_reject(unlucky.me().id).followed_by)
        self.assertEqual(locked.follow_requests(), [])
        self.assertTrue(hopeful.account_relationships(target)[0].following)
        relation = unlucky.account_relationships(target)[0]
        self.assertEqual((relation.following, relation.requested), (False, False))
        with self.assertRaises(MastodonNotFoundError):
            locked.follow_request_authorize(unlucky.me().id)

    def test_mutes_and_blocks(self):
        client, other = self.someone("a_kora"), self.someone("a_leon")
        target = other.me().id
        client.account_follow(target)
        other.account_follow(client.me().id)
        relation = client.account_mute(target, notifications=False)
        self.assertEqual((relation.muting, relation.muting_notifications, relation.following), (True, False, True))
        self.assertIds(client.mutes(), [target])
        self.assertTrue(client.account_mute(target, duration=3600).muting_notifications)
        self.assertFalse(client.account_unmute(target).muting)
        self.assertEqual(client.mutes(), [])
        relation = client.account_block(target)
        self.assertEqual((relation.blocking, relation.following, relation.followed_by), (True, False, False))
        self.assertIds(client.blocks(), [target])
        self.assertTrue(other.account_relationships(client.me().id)[0].blocked_by)
        self.assertFalse(client.account_unblock(target).blocking)
        self.assertEqual(client.blocks(), [])

    def test_lists_relationships_of_many_and_leaves_out_the_unknown(self):
        client, others = self.someone("a_mara"), [self.someone(f"a_nils{i}").me().id for i in range(3)]
        client.account_follow(others[1])
        found = {r.id: r.following for r in client.account_relationships([*others, 1])}
        self.assertEqual(found, {others[0]: False, others[1]: True, others[2]: False})
        note = client.account_note_set(others[0], "met at the lake")
        self.assertEqual(note.note, "met at the lake")

    def test_finds_accounts_by_parts_of_name_and_display_name(self):
        client, other = self.someone("a_olga"), self.someone("a_paulina")
        other.account_update_credentials(display_name="Frieda Zwitscher")
        self.assertIds(client.account_search("a_paul"), [other.me().id])
        self.assertIds(client.account_search("zwitscher"), [other.me().id])
        self.assertIds(client.account_search("@a_paulina", limit=1), [other.me().id])
        self.assertEqual(client.account_search("a_paulina", following=True), [])
        client.account_follow(other.me().id)
        self.assertIds(client.account_search("a_paulina", following=True), [other.me().id])
        found = client.search("a_paulina", result_type="accounts")
        self.assertIds(found.accounts, [other.me().id])
        self.assertEqual((found.statuses, found.hashtags), ([], []))
        self.assertEqual(client.search_v2("nobody-is-called-so", resolve=False).accounts, [])
        self.assertEqual(client.search_v2(other.me().url).accounts[0].id, other.me().id)

    def test_pages_through_followers_by_the_link_header(self):
        client = self.someone("a_quin")
        ids = []
        for index in range(7):
            fan = self.someone(f"a_fan{index}")
            fan.account_follow(client.me().id)
            ids.insert(0, fan.me().id)
        first = client.account_followers(client.me().id, limit=3)
        self.assertIds(first, ids[:3])
        second = client.fetch_next(first)
        self.assertIds(second, ids[3:6])
        self.assertIds(client.fetch_previous(second), ids[:3])
        self.assertIds(client.fetch_remaining(first), ids)
        self.assertIds(client.account_followers(client.me().id, limit=1000), ids)


class StatusTest(ApiTest):
    def test_posts_with_every_field_and_shows_them_again(self):
        client = self.someone("p_anna")
        posted = client.status_post("Grüße an #Birds & <script>alert(1)</script> https://example.com/a?b=1&c=2",
                                    visibility="unlisted", spoiler_text="Vorsicht & mehr", sensitive=True, language="de")
        for status in (posted, client.status(posted.id), self.client().status(posted)):
            self.assertEqual(status.id, posted.id)
            self.assertEqual((status.visibility, status.spoiler_text, status.sensitive, status.language),
                             ("unlisted", "Vorsicht & mehr", True, "de"))
            self.assertTrue(status.content.startswith("<p>"))
            self.assertIn("&lt;script&gt;", status.content)
            self.assertNotIn("<script", status.content)
            self.assertIn('href="https://example.com/a?b=1&amp;c=2"', status.content)
            self.assertEqual([tag.name for tag in status.tags], ["birds"])
            self.assertEqual(status.account.acct, "p_anna")
            self.assertEqual(status.url, f"{self.node.url}/@p_anna/{status.id}")
            self.assertEqual((status.replies_count, status.reblogs_count, status.favourites_count), (0, 0, 0))
            self.assertEqual((status.in_reply_to_id, status.reblog, status.poll, status.card, status.edited_at), (None,) * 5)
            self.assertLess(abs(datetime.datetime.now(datetime.timezone.utc) - status.created_at), datetime.timedelta(minutes=5))
        self.assertEqual(client.me().statuses_count, 1)
        self.assertIsNone(client.status_card(posted.id))
        self.assertIds(client.search(posted.url).statuses, [posted.id])

    def test_keeps_plain_text_plain(self):
        client = self.someone("p_bert")
        self.assertEqual(client.toot("just text").content, "<p>just text</p>")
        self.assertEqual(client.toot("two\nlines\n\nand a paragraph").content.replace("<br />", "<br>"),
                         "<p>two<br>lines</p><p>and a paragraph</p>")

    def test_mentions_people_by_name(self):
        client, other = self.someone("p_cora"), self.someone("p_dirk")
        status = client.status_post("hello @p_dirk and again @P_Dirk and @nobody-here")
        self.assertEqual([(m.acct, m.id, m.url) for m in status.mentions], [("p_dirk", other.me().id, other.me().url)])
        self.assertIn('class="u-url mention"', status.content)
        self.assertIn("@nobody-here", status.content)

    def test_makes_one_post_of_one_idempotency_key(self):
        client = self.someone("p_emma")
        first = client.status_post("once", idempotency_key="key-1")
        self.assertEqual(client.status_post("once", idempotency_key="key-1").id, first.id)
        self.assertNotEqual(client.status_post("once", idempotency_key="key-2").id, first.id)
        self.assertEqual(client.me().statuses_count, 2)

    def test_replies_and_reads_the_whole_thread_from_any_place(self):
        client, other = self.someone("p_finn"), self.someone("p_gwen")
        first = client.status_post("start", spoiler_text="cw", visibility="unlisted")
        second = other.status_reply(first, "answer")
        third = client.status_reply(second, "and back")
        self.assertEqual((second.in_reply_to_id, second.in_reply_to_account_id), (first.id, client.me().id))
        self.assertEqual((second.visibility, second.spoiler_text), ("unlisted", "cw"))
        self.assertEqual([m.acct for m in second.mentions], ["p_finn"])
        context = self.client().status_context(second.id)
        self.assertIds(context.ancestors, [first.id])
        self.assertIds(context.descendants, [third.id])
        context = client.status_context(first.id)
        self.assertEqual(context.ancestors, [])
        self.assertIds(context.descendants, [second.id, third.id])
        self.assertEqual(client.status(first.id).replies_count, 1)

    def test_edits_and_keeps_source_and_history(self):
        client, fan = self.someone("p_hugo"), self.someone("p_iris")
        status = client.status_post("first & only", spoiler_text="cw one")
        fan.status_reblog(status.id)
        source = client.status_source(status.id)
        self.assertEqual((source.id, source.text, source.spoiler_text), (status.id, "first & only", "cw one"))
        edited = client.status_update(status.id, "second & better", spoiler_text="cw two", sensitive=True)
        self.assertEqual((edited.id, edited.content, edited.spoiler_text), (status.id, "<p>second &amp; better</p>", "cw two"))
        self.assertIsInstance(edited.edited_at, datetime.datetime)
        self.assertEqual(edited.created_at, status.created_at)
        history = client.status_history(status.id)
        self.assertEqual([h.content for h in history], ["<p>first &amp; only</p>", "<p>second &amp; better</p>"])
        self.assertEqual([h.spoiler_text for h in history], ["cw one", "cw two"])
        self.assertEqual(history[0].created_at, status.created_at)
        self.assertEqual(client.status_source(status.id).text, "second & better")
        told = fan.notifications(types=["update"])
        self.assertEqual([(n.type, n.status.id) for n in told], [("update", status.id)])
        with self.assertRaises(MastodonNotFoundError):
            fan.status_update(status.id, "not mine")

    def test_deletes_and_gives_back_the_text(self):
        client = self.someone("p_jack")
        status = client.status_post("delete & redraft **me**")
        gone = client.status_delete(status.id)
        self.assertEqual((gone.id, gone.text), (status.id, "delete & redraft **me**"))
        for reader in (client, self.client()):
            with self.assertRaises(MastodonNotFoundError):
                reader.status(status.id)
        self.assertEqual(client.me().statuses_count, 0)

    def test_asks_and_answers_a_poll(self):
        asker, voter = self.someone("p_asker"), self.someone("p_voter")
        asked = asker.status_post("Which?", poll=asker.make_poll(["heron", "gull", "tern"], 3600, multiple=True))
        self.assertEqual([option.title for option in asked.poll.options], ["heron", "gull", "tern"])
        voter.poll_vote(asked.poll.id, [0, 2])
        poll = voter.poll(asked.poll.id)
        self.assertEqual(([o.votes_count for o in poll.options], poll.own_votes, poll.voted), ([1, 0, 1], [0, 2], True))
        self.assertEqual(asker.poll(asked.poll.id).voters_count, 1)
        with self.assertRaises(MastodonAPIError):
            voter.poll_vote(asked.poll.id, [1])

    def test_favourites_bookmarks_and_mutes_a_thread(self):
        client, other = self.someone("p_kora"), self.someone("p_leon")
        status = other.status_post("a good one")
        liked = client.status_favourite(status.id)
        self.assertEqual((liked.id, liked.favourited, liked.favourites_count), (status.id, True, 1))
        self.assertEqual(client.status_favourite(status.id).favourites_count, 1)
        self.assertEqual([a.acct for a in client.status_favourited_by(status.id)], ["p_kora"])
        self.assertIds(client.favourites(), [status.id])
        unliked = client.status_unfavourite(status.id)
        self.assertEqual((unliked.favourited, unliked.favourites_count), (False, 0))
        self.assertEqual(client.favourites(), [])
        self.assertTrue(client.status_bookmark(status.id).bookmarked)
        self.assertIds(client.bookmarks(), [status.id])
        self.assertFalse(client.status_unbookmark(status.id).bookmarked)
        self.assertEqual(client.bookmarks(), [])

        mine = client.status_post("@p_leon let us talk")
        self.assertTrue(client.status_mute(mine.id).muted)
        other.status_reply(mine, "about what?")
        self.assertEqual(client.notifications(types=["mention"]), [])
        self.assertFalse(client.status_unmute(mine.id).muted)
        self.assertFalse(other.status(mine.id).muted)

    def test_boosts_as_a_new_post_around_the_old(self):
        client, other = self.someone("p_mara"), self.someone("p_nils")
        status = other.status_post("spread this")
        boost = client.status_reblog(status.id)
        self.assertNotEqual(boost.id, status.id)
        self.assertEqual((boost.account.acct, boost.reblog.id, boost.reblog.reblogged, boost.reblog.reblogs_count),
                         ("p_mara", status.id, True, 1))
        self.assertEqual([a.acct for a in client.status_reblogged_by(status.id)], ["p_mara"])
        self.assertEqual(client.status_reblog(status.id).id, boost.id)
        back = client.status_unreblog(status.id)
        self.assertEqual((back.id, back.reblogged, back.reblogs_count), (status.id, False, 0))
        self.assertEqual(client.status_reblogged_by(status.id), [])
        secret = other.status_post("not for all", visibility="private")
        client.account_follow(other.me().id)
        with self.assertRaises(MastodonAPIError):
            client.status_reblog(secret.id)

    def test_pins_to_the_profile(self):
        client = self.someone("p_olga")
        first, second = client.status_post("pinned"), client.status_post("not pinned")
        self.assertTrue(client.status_pin(first.id).pinned)
        self.assertIds(client.account_statuses(client.me().id, pinned=True), [first.id])
        self.assertFalse(client.status_unpin(first.id).pinned)
        self.assertEqual(client.account_statuses(client.me().id, pinned=True), [])
        self.assertFalse(client.status(second.id).pinned)

    def test_refuses_bad_posts_with_the_documented_status(self):
        client, other = self.someone("p_paul"), self.someone("p_quin")
        for text, options in (("", {}), (" \n\t", {}), ("x" * 5001, {})):
            with self.subTest(text[:5]), self.assertRaises(MastodonAPIError) as caught:
                client.status_post(text, **options)
            self.assertEqual(caught.exception.args[1], 422)
            self.assertTrue(caught.exception.args[3])
        with self.assertRaises(MastodonNotFoundError):
            client.status_post("answer to nothing", in_reply_to_id=1)
        secret = client.status_post("only me", visibility="direct")
        for call in (other.status, other.status_context, other.status_favourite, other.status_reblog, other.status_bookmark,
                     other.status_delete, other.status_history, other.status_source, other.status_favourited_by):
            with self.subTest(call.__name__), self.assertRaises(MastodonNotFoundError):
                call(secret.id)


class TimelineTest(ApiTest):
    def test_pages_through_home_without_gap_or_overlap(self):
        client, other = self.someone("t_anna"), self.someone("t_bert")
        client.account_follow(other.me().id)
        ids = [(client, other)[index % 2].status_post(f"post {index}").id for index in range(11)][::-1]
        first = client.timeline_home(limit=4)
        self.assertIds(first, ids[:4])
        second = client.fetch_next(first)
        self.assertIds(second, ids[4:8])
        newer = other.status_post("while somebody reads").id
        third = client.fetch_next(second)
        self.assertIds(third, ids[8:])
        self.assertIds(client.fetch_previous(third), ids[4:8])
        self.assertIds(client.fetch_previous(first), [newer])
        self.assertIds(client.fetch_remaining(first), ids)
        self.assertIds(client.timeline(limit=1), [newer])

    def test_takes_max_since_and_min_id(self):
        client = self.someone("t_cora")
        ids = [client.status_post(f"post {index}").id for index in range(6)][::-1]
        self.assertIds(client.timeline_home(max_id=ids[2], limit=2), ids[3:5])
        self.assertIds(client.timeline_home(since_id=ids[4], limit=2), ids[0:2])
        self.assertIds(client.timeline_home(min_id=ids[4], limit=2), ids[2:4])
        self.assertIds(client.timeline_home(min_id=ids[5], max_id=ids[1]), ids[2:5])
        self.assertEqual(client.timeline_home(since_id=ids[0]), [])
        self.assertIds(client.timeline_home(limit=1000), ids)

    def test_shows_public_local_and_tag_timelines_to_all(self):
        client, stranger = self.someone("t_dora"), self.client()
        tagged = client.status_post("about #PageBirds").id
        reply = client.status_post("more #pagebirds", in_reply_to_id=tagged).id
        quiet = client.status_post("quiet #pagebirds", visibility="unlisted").id
        secret = client.status_post("secret #pagebirds", visibility="private").id
        for page in (stranger.timeline_public(limit=40), stranger.timeline_local(limit=40), stranger.timeline("public", limit=40)):
            shown = [s.id for s in page if s.account.acct == "t_dora"]
            self.assertIn(tagged, shown)
            self.assertNotIn(quiet, shown)
            self.assertNotIn(secret, shown)
        shown = [s.id for s in stranger.timeline_hashtag("pagebirds")]
        self.assertIn(tagged, shown)
        self.assertIn(reply, shown)
        self.assertNotIn(quiet, shown)
        self.assertNotIn(secret, shown)
        self.assertEqual([s.id for s in client.timeline_hashtag("PAGEBIRDS", local=True, limit=1)], shown[:1])
        self.assertEqual(stranger.timeline_hashtag("nobody-used-this-tag"), [])
        self.assertEqual(client.timeline_public(remote=True), [])
        self.assertEqual([s for s in client.timeline_public(only_media=True) if not s.media_attachments], [])

    def test_filters_the_posts_of_one_account(self):
        client, other = self.someone("t_emma"), self.someone("t_finn")
        me, plain = client.me().id, client.status_post("plain").id
        reply = client.status_post("reply", in_reply_to_id=other.status_post("x").id).id
        boost = client.status_reblog(other.status_post("y").id).id
        tagged = client.status_post("with #onlytag").id
        secret = client.status_post("secret", visibility="private").id
        self.assertIds(client.account_statuses(me), [secret, tagged, boost, reply, plain])
        self.assertIds(other.account_statuses(me), [tagged, boost, reply, plain])
        self.assertIds(self.client().account_statuses(me), [tagged, boost, reply, plain])
        self.assertIds(other.account_statuses(me, exclude_replies=True), [tagged, boost, plain])
        self.assertIds(other.account_statuses(me, exclude_reblogs=True), [tagged, reply, plain])
        self.assertIds(other.account_statuses(me, tagged="onlytag"), [tagged])
        self.assertEqual(other.account_statuses(me, only_media=True), [])
        page = other.account_statuses(me, limit=2)
        self.assertIds(page, [tagged, boost])
        self.assertIds(other.fetch_next(page), [reply, plain])

    def test_pages_through_favourites_and_bookmarks_in_the_order_of_the_act(self):
        client, other = self.someone("t_gwen"), self.someone("t_hugo")
        ids = [other.status_post(f"post {index}").id for index in range(5)]
        order = [ids[3], ids[0], ids[4], ids[1], ids[2]]
        for status in order:
            client.status_favourite(status)
            client.status_bookmark(status)
        for listing in (client.favourites, client.bookmarks):
            with self.subTest(listing.__name__):
                page = listing(limit=2)
                self.assertIds(page, order[:2:-1])
                self.assertIds(client.fetch_remaining(page), order[::-1])


class NotificationTest(ApiTest):
    def test_tells_of_each_kind_and_pages_dismisses_and_clears(self):
        client, other = self.someone("n_anna"), self.someone("n_bert")
        status = client.status_post("look")
        other.account_follow(client.me().id)
        other.status_favourite(status.id)
        other.status_reblog(status.id)
        mention = other.status_reply(status, "seen")
        all_of_them = client.notifications()
        self.assertEqual([n.type for n in all_of_them], ["mention", "reblog", "favourite", "follow"])
        self.assertEqual({n.account.acct for n in all_of_them}, {"n_bert"})
        self.assertEqual([n.status.id for n in all_of_them[:3]], [mention.id, status.id, status.id])
        self.assertIsNone(all_of_them[3].get("status"))
        ids = [n.id for n in all_of_them]

        page = client.notifications(limit=3)
        self.assertIds(page, ids[:3])
        self.assertIds(client.fetch_next(page), ids[3:])
        self.assertIds(client.fetch_remaining(page), ids)
        self.assertIds(client.notifications(types=["follow", "reblog"]), [ids[1], ids[3]])
        self.assertIds(client.notifications(exclude_types=["follow", "reblog"]), [ids[0], ids[2]])
        self.assertIds(client.notifications(mentions_only=True), ids[:1])
        self.assertEqual(client.notifications(account_id=client.me().id), [])
        self.assertIds(client.notifications(since_id=ids[1]), ids[:1])
        self.assertEqual(client.notifications(id=ids[2]).type, "favourite")

        client.notifications_dismiss(ids[2])
        self.assertIds(client.notifications(), [ids[0], ids[1], ids[3]])
        with self.assertRaises(MastodonNotFoundError):
            client.notifications(id=ids[2])
        with self.assertRaises(MastodonNotFoundError):
            other.notifications(id=ids[0])
        client.notifications_clear()
        self.assertEqual(client.notifications(), [])

    def test_tells_of_a_post_of_someone_whom_i_asked_to_hear_from(self):
        client, other = self.someone("n_cora"), self.someone("n_dirk")
        client.account_follow(other.me().id, notify=True)
        status = other.status_post("news")
        self.assertEqual([(n.type, n.status.id) for n in client.notifications(types=["status"])], [("status", status.id)])

    def test_keeps_markers(self):
        client = self.someone("n_emma")
        status = client.status_post("read up to here")
        self.assertEqual(client.markers_get(["home", "notifications"]), {})
        first = client.markers_set(["home", "notifications"], [status.id, 1])
        self.assertEqual((first.home.last_read_id, first.notifications.last_read_id), (status.id, 1))
        self.assertIsInstance(first.home.updated_at, datetime.datetime)
        read = client.markers_get(["home"])
        self.assertEqual((set(read), read.home.last_read_id, read.home.version), ({"home"}, status.id, first.home.version))
        self.assertGreater(client.markers_set("home", status.id + 1).home.version, first.home.version)


class InstanceTest(ApiTest):
    def test_describes_itself_to_anyone(self):
        client = self.client()
        instance = client.instance()
        self.assertEqual(instance.uri, self.node.domain)
        self.assertEqual(instance.urls.streaming_api, f"wss://{self.node.domain}")
        self.assertTrue(instance.registrations)
        self.assertEqual(instance.configuration.statuses.characters_reserved_per_url, 23)
        self.assertGreaterEqual(instance.configuration.statuses.max_characters, 500)
        self.assertTrue(client.verify_minimum_version("4.0.0"))
        self.assertRegex(client.retrieve_mastodon_version(), r"^[4-9]\.\d+\.\d+")
        for version in ("2.0", "2.1"):
            info = client.instance_nodeinfo(f"http://nodeinfo.diaspora.software/ns/schema/{version}")
            self.assertEqual((info.version, info.software.name), (version, "dunlin"))
            self.assertRegex(info.software.version, r"^\d+\.\d+\.\d+")
            self.assertIsInstance(info.protocols, list)
            self.assertTrue(info.openRegistrations)
            self.assertGreaterEqual(info.usage.users.total, 0)
        self.assertEqual(client.instance_rules(), instance.rules)
        self.assertEqual(client.custom_emojis(), [])
        self.assertTrue(client.instance_health())
        self.assertEqual(self.someone("i_zara").announcements(), [])
        self.assertLess(abs(client.get_approx_server_time() - datetime.datetime.now()), datetime.timedelta(minutes=5))

    def test_tells_which_custom_emoji_there_are_and_which_a_post_uses(self):
        file = self.node.folder / "heron.png"
        file.write_bytes(png(16, 16, (90, 90, 200)))
        self.node.command("emoji", "add", "heron", str(file), "--category", "Birds")
        self.addCleanup(self.node.command, "emoji", "remove", "heron")
        client = self.someone("i_dora")
        listed = client.custom_emojis()
        self.assertEqual([(e.shortcode, e.category, e.visible_in_picker) for e in listed], [("heron", "Birds", True)])
        post = client.status_post("a :heron: and a :crow:", spoiler_text="birds")
        self.assertEqual(post.emojis, listed)
        self.assertEqual(self.http_session().get(post.emojis[0].url, timeout=60).content, file.read_bytes())
        self.assertEqual(client.account_update_credentials(display_name="Dora :heron:").emojis, listed)

    def test_tells_the_preferences(self):
        client = self.someone("i_anna")
        preferences = client.preferences()
        self.assertEqual(preferences["posting:default:visibility"], "public")
        self.assertEqual(preferences["posting:default:sensitive"], False)
        self.assertEqual(preferences["reading:expand:media"], "default")
        self.assertEqual(preferences["reading:expand:spoilers"], False)

    def test_answers_neutrally_what_clients_ask_at_start_up_and_is_not_built_yet(self):
        client = self.someone("i_bert")
        me = client.me().id
        for call in (client.lists, client.filters, client.conversations, client.follow_requests, client.domain_blocks,
                     client.trends, client.trending_tags, client.trending_statuses, client.trending_links, client.suggestions,
                     client.endorsements, client.featured_tags, client.scheduled_statuses):
            with self.subTest(call.__name__):
                self.assertEqual(call(), [])
        self.assertEqual(client.account_lists(me), [])
        self.assertEqual(client.account_featured_tags(me), [])
        self.assertEqual([account for found in client.account_familiar_followers(me) for account in found.accounts], [])

    def test_says_404_in_json_for_things_that_are_not_there(self):
        client = self.someone("i_cora")
        for call in (client.push_subscription, lambda: client.list(1), lambda: client.poll(1), lambda: client.media(1),
                     lambda: client.filter(1), lambda: client.scheduled_status(1), lambda: client.timeline_list(1),
                     lambda: client.account(1), lambda: client.status(1), lambda: client.account_statuses(1),
                     lambda: client.account_follow(1), lambda: client.status_favourite(1), lambda: client.account_lookup("nobody")):
            with self.assertRaises(MastodonNotFoundError) as caught:
                call()
            self.assertTrue(caught.exception.args[3], "the body's error text")
            self.assertNotEqual(caught.exception.args[3], "Endpoint not found.")


class ErrorTest(ApiTest):
    def test_says_401_to_no_token_and_to_a_bad_one(self):
        signed_out = self.client(access_token="nobody-was-ever-given-this-token")
        # The constructor asks for the instance with that token, and without an answer it would take the node for Mastodon 1.0.
        self.assertTrue(signed_out.version_check_worked)
        for client in (self.client(), signed_out):
            for call in (client.me, client.timeline_home, client.notifications, client.preferences,
                         lambda: client.status_post("who am I?"), lambda: client.markers_get(), client.favourites):
                with self.assertRaises(MastodonUnauthorizedError) as caught:
                    call()
                self.assertTrue(caught.exception.args[3])

    def test_says_403_to_a_token_without_the_scope(self):
        reader, writer = self.someone("e_anna", "read"), self.someone("e_bert", "write")
        narrow = self.someone("e_cora", "read:accounts write:favourites")
        status = writer.status_post("text")
        for call in (lambda: reader.status_post("no"), lambda: reader.account_follow(status.account.id),
                     lambda: reader.status_favourite(status.id), writer.timeline_home, writer.notifications,
                     lambda: reader.account_update_credentials(note="no"), narrow.timeline_home,
                     lambda: narrow.status_bookmark(status.id), reader.notifications_clear):
            with self.assertRaises(MastodonAPIError) as caught:
                call()
            self.assertEqual(caught.exception.args[1], 403)
        self.assertEqual(narrow.me().acct, "e_cora")
        self.assertTrue(narrow.status_favourite(status.id).favourited)

    def test_answers_while_a_connection_is_kept(self):
        """Many requests over one session: a node that closes without saying so fails some of them."""
        client = self.someone("e_dora")
        for _ in range(50):
            self.assertEqual(client.me().acct, "e_dora")


class RateLimitTest(unittest.TestCase):
    """Needs a node of its own, because the others run without limits."""

    def test_counts_down_and_says_429_in_the_headers_that_the_library_reads(self):
        with NodeProcess({"rate_limit.enabled": "true"}) as node:
            node.create_account("rita")
            client = Client(node, access_token=node.create_token("rita", "read"))
            self.addCleanup(client.session.close)
            client.me()
            limit, left = client.ratelimit_limit, client.ratelimit_remaining
            self.assertGreater(limit, 0)
            self.assertLess(left, limit)
            client.me()
            self.assertEqual(client.ratelimit_remaining, left - 1)
            seconds = client.ratelimit_reset - datetime.datetime.now().timestamp()
            self.assertTrue(-2 < seconds < 3600, f"reset in {seconds} s")
            with self.assertRaises(MastodonRatelimitError):
                for _ in range(limit + 1):
                    client.me()
            self.assertEqual(client.ratelimit_remaining, 0)
            response = client.session.get(f"{node.url}/api/v1/preferences",
                                          headers={"Authorization": f"Bearer {client.access_token}"})
            self.assertEqual(response.status_code, 429)
            self.assertTrue(response.json()["error"])
            self.assertGreater(int(response.headers["Retry-After"]), 0)
            self.assertEqual(client.answers.problems(), [])


class StreamTest(ApiTest):
    """Server-sent events, as the library reads them."""

    class Listener(StreamListener):
        def __init__(self):
            self.events = queue.Queue()

        def on_update(self, status):
            self.events.put(("update", status["id"]))

        def on_status_update(self, status):
            self.events.put(("status.update", status["id"]))

        def on_delete(self, status_id):
            self.events.put(("delete", status_id))

        def on_notification(self, notification):
            self.events.put(("notification", notification["type"]))

    def test_tells_what_happens(self):
        reader, author = self.someone("st_rita"), self.someone("st_otto")
        reader.account_follow(author.me()["id"])
        self.assertTrue(reader.stream_healthy())
        listener = self.Listener()
        stream = reader.stream_user(listener, run_async=True, timeout=30)
        try:
            def told():
                return listener.events.get(timeout=30)
            status = author.status_post("hello")  # the stream stands when the call above is over
            self.assertEqual(told(), ("update", status["id"]))
            author.status_update(status["id"], "changed")
            self.assertEqual(told(), ("status.update", status["id"]))
            author.status_delete(status["id"])
            self.assertEqual(told(), ("delete", status["id"]))
            author.account_follow(reader.me()["id"])
            self.assertEqual(told(), ("notification", "follow"))
        finally:
            stream.close()


class ZzCountTest(unittest.TestCase):
    """Runs last: a part of the tests alone says nothing about the number of calls, so it is checked in whole runs only."""

    def test_made_enough_different_calls(self):
        print(f"calls: {len(Client.succeeded)}")
        if len(sys.argv) == 1:
            self.assertGreaterEqual(len(Client.succeeded), CALLS_MIN, sorted(Client.succeeded))
            self.assertGreater(ApiTest.unpacked, 0, "the library asks for gzip, and none came")


if __name__ == "__main__":
    sys.exit(run_tests(ApiTest))
