"""What every node must know in the end: plain dicts, written from what the nodes answered to those who acted.

Three answers, not two: what a node must have, what it may have and what it must not have. `May` is only what truly depends on
which of two notices that crossed each other was first; `Model.settle` makes it yes or no from what is seen, the same for all
readers of a node. A history keeps it rare: in each round most relationships stand still, and those that change (`unstable`) are
changed by one of the two alone, who does nothing else with the other meanwhile.
"""
import threading
from dataclasses import dataclass, field

MUST, MAY = "must", "may"
OPEN = ("public", "unlisted")
BACKFILL = 50  # posts before a follow that it may bring: two pages of the outbox, and more when some are deleted meanwhile


@dataclass
class Post:
    """A post, or a boost when `of` is one."""
    uri: str
    author: str
    visibility: str
    number: int = 0                               # unique, in its text
    version: int = 0                              # of its text; edits count up
    mentions: frozenset = frozenset()
    answers: "Post" = None
    of: "Post" = None
    is_deleted: bool = False
    reach: dict = field(default_factory=dict)     # node: MUST, MAY; its own node is not in it
    favourites: set = field(default_factory=set)  # names
    boosts: dict = field(default_factory=dict)    # name: Post
    round: int = 0
    sent: set = field(default_factory=set)        # nodes where it must have come as it was published
    stale: set = field(default_factory=set)       # nodes that got it from others, and need not have learned of a change


class Model:
    def __init__(self, home_of):
        self.lock = threading.Lock()
        self.home_of = home_of     # name: node
        self.follows = set()       # (who, whom)
        self.blocks = set()
        self.unstable = {}         # frozenset of two: the one who changes it in this round
        self.posts = {}            # by uri, boosts too
        self.by_number = {}
        self.round = 0
        self.followed_in = {}      # (name, node): the last round at whose beginning someone there followed

    def begin_round(self, unstable):
        """All nodes agree."""
        self.round += 1
        self.unstable = unstable
        for who, whom in self.follows:
            self.followed_in[whom, self.home_of[who]] = self.round

    @property
    def nodes(self):
        return set(self.home_of.values())

    def are_stable(self, a, b):
        return frozenset((a, b)) not in self.unstable

    def may_meet(self, a, b):
        """Whether a may answer, boost or favour what b wrote, with a certain outcome."""
        return a == b or (self.are_stable(a, b) and (a, b) not in self.blocks and (b, a) not in self.blocks)

    # --- what happened ---

    def follow(self, who, whom):
        self.follows.add((who, whom))
        self.may_fetch(self.home_of[who], [p for p in self.posts.values() if p.author == whom and p.visibility != "direct"][-BACKFILL:])

    def may_fetch(self, node, posts):
        """The node asks for these, and for what they answer or boost."""
        for post in posts:
            while post is not None and post.visibility != "direct" and node != self.home_of[post.author]:
                post.reach.setdefault(node, MAY)
                post = post.answers or post.of

    def unfollow(self, who, whom):
        self.follows.discard((who, whom))

    def block(self, who, whom):
        self.blocks.add((who, whom))
        self.follows -= {(who, whom), (whom, who)}

    def unblock(self, who, whom):
        self.blocks.discard((who, whom))

    def publish(self, post):
        self.posts[post.uri] = post
        post.round = self.round
        if post.of is None:
            self.by_number[post.number] = post
        elif not post.of.is_deleted:
            post.of.boosts[post.author] = post
        own = self.home_of[post.author]
        for name, node in self.home_of.items():
            if node == own:
                continue
            # Named, answered or boosted: those two are at peace, or it would not have been written.
            if name in post.mentions or (post.of is not None and post.of.author == name):
                post.reach[node] = MUST
            elif post.visibility != "direct" and frozenset((name, post.author)) in self.unstable:
                post.reach.setdefault(node, MAY)
            elif post.visibility != "direct" and (name, post.author) in self.follows:
                post.reach[node] = MUST
        post.sent = {node for node, how in post.reach.items() if how == MUST}
        if post.of is not None and post.of.is_deleted:
            self.take_back(post)  # it was not yet known where the boost was made
        # Wherever it came to, what it answers or boosts may have been fetched for it, and what that answers.
        for node in post.reach:
            self.may_fetch(node, [post.answers or post.of])

    def strangers(self, post):
        """Nodes that the author's node did not tell of the post and does not tell of its change: nobody there has followed the
        author since, as far as that is certain."""
        return {node for node in post.reach
                if node not in post.sent and self.followed_in.get((post.author, node), 0) <= post.round}

    def edit(self, post):
        post.version += 1
        post.stale = self.strangers(post)

    def delete(self, post):
        post.is_deleted = True
        post.stale = self.strangers(post)
        for boost in post.boosts.values():
            self.take_back(boost)
        post.boosts = {}
        if post.of is not None:
            post.of.boosts.pop(post.author, None)

    def take_back(self, boost):
        """What it boosts was deleted."""
        boost.is_deleted = True
        # Who does not learn of it does not take the boost back either.
        boost.stale = self.nodes if self.home_of[boost.author] in boost.of.stale else self.strangers(boost)

    # --- what must be seen ---

    def is_hidden(self, reader, post):
        """Someone in it is blocked, or its author blocks the reader."""
        if post.author == reader:
            return False
        people = {post.author} | post.mentions | ({post.answers.author} if post.answers else set())
        return any((reader, name) in self.blocks for name in people) or (post.author, reader) in self.blocks

    def belongs(self, reader, post):
        """Whether the post stands in the reader's home feed: MUST, MAY or None."""
        if post.is_deleted:
            return None
        if post.author == reader and post.of is None:
            return MUST
        follows = (reader, post.author) in self.follows
        if post.author != reader and (not follows or self.is_hidden(reader, post)):
            return None
        if post.visibility == "direct" and reader not in post.mentions:
            return None
        own = self.home_of[reader]
        known = MUST if self.home_of[post.author] == own else post.reach.get(own)
        if post.of is not None:
            original = post.of
            if (original.author, reader) in self.blocks or (post.author != reader and self.is_hidden(reader, original)):
                return None
            return known
        if post.answers is None:
            return known
        answered = post.answers.author
        if answered in (post.author, reader) or (reader, answered) in self.follows:
            return known
        # To someone whom the reader does not follow: hidden, unless the node could never have what it answers.
        return MAY if known and self.home_of[post.author] != own else None

    def settle(self, seen):
        """Takes over what depended on the order of arrival. `seen`: reader: uris in the home feed."""
        for post in self.posts.values():
            for node in [n for n, how in post.reach.items() if how == MAY]:
                if any(post.uri in uris for reader, uris in seen.items() if self.home_of[reader] == node):
                    post.reach[node] = MUST

    def differences(self, reader, lines):
        """What is wrong with a home feed: texts. `lines`: (uri, uri of the boosted or None, number, version, favourites, boosts),
        newest first."""
        wrong = []
        places = {}
        for line in lines:
            places[line[0]] = places.get(line[0], 0) + 1
        wrong += [f"{uri} stands {count} times" for uri, count in places.items() if count > 1]
        shown = set()  # numbers
        for uri, of, number, version, favourites, boosts in lines:
            post = self.posts.get(uri)
            original = self.by_number.get(number)
            if post is None or original is None:
                wrong.append(f"{uri} is not known to the model")
                continue
            shown.add(number)
            may_linger = post.is_deleted and self.home_of[reader] in post.stale
            if self.belongs(reader, post) is None and not may_linger:
                wrong.append(f"{uri} by {post.author} ({describe(post)}) must not stand here")
            if (post.of or post) is not original:
                wrong.append(f"{uri} shows another post, {number}")
            if of is None and version != original.version and self.home_of[reader] not in original.stale:
                wrong.append(f"{uri} by {post.author} is shown in version {version} instead of {original.version}")
            if of is None and post.author == reader:
                if favourites != len(post.favourites):
                    wrong.append(f"{uri} has {favourites} favourites, not {len(post.favourites)}: {sorted(post.favourites)}")
                if boosts != len(post.boosts):
                    wrong.append(f"{uri} has {boosts} boosts, not {len(post.boosts)}: {sorted(post.boosts)}")
        for post in self.posts.values():
            if self.belongs(reader, post) != MUST:
                continue
            # A boost is not shown where the feed has the same post nearby.
            if post.uri not in places if post.of is None else post.of.number not in shown:
                wrong.append(f"{post.uri} by {post.author} ({describe(post)}) is missing")
        return wrong


def describe(post):
    words = [post.visibility]
    if post.of:
        words.append(f"boost of {post.of.uri}")
    if post.answers:
        words.append(f"answer to {post.answers.uri}")
    if post.is_deleted:
        words.append("deleted")
    if post.mentions:
        words.append("to " + " ".join(sorted(post.mentions)))
    return ", ".join(words + [f"{node}: {how}" for node, how in post.reach.items()])
