"""The users, applications, webhooks, tokens and limits of a portal, and its refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.api.platform_errors import OAUTH, PLATFORM
from pulumi_bxbi.emulator.api.records import Identity
from pulumi_bxbi.emulator.seed.node import Node

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

#: The permissions of users, the statuses of applications, and the scope of both by default.
PERMISSIONS: Final = frozenset({"biBuilder", "analyticsHub"})
STATUSES: Final = frozenset({"L", "F", "D", "T", "P"})
SCOPE: Final = frozenset({"biconnector"})
#: The keys of a seed that this module reads.
CONDITIONS: Final = (
    "memberId",
    "refusal",
    "limits",
    "users",
    "applications",
    "tokens",
    "webhooks",
    "takenNames",
    "refusedNames",
)


@dataclass(frozen=True, slots=True)
class User:
    """A user, with the permissions that the module requires."""

    id: int
    permissions: frozenset[str]

    @classmethod
    def read(cls, node: Node) -> User:
        """Read an element of `users`."""
        node.keys({"id", "permissions"})
        permissions = PERMISSIONS
        if node.has("permissions"):
            permissions = node.choices("permissions", PERMISSIONS)
        return cls(node.identity("id"), permissions)


@dataclass(frozen=True, slots=True)
class Application:
    """An application that is registered on the portal."""

    client_id: str
    client_secret: str
    scope: frozenset[str]
    status: str
    redirect_uri: str
    oauth_refusal: str | None

    @classmethod
    def read(cls, node: Node) -> Application:
        """Read an element of `applications`."""
        node.keys({"clientId", "clientSecret", "scope", "status", "redirectUri", "oauthRefusal"})
        return cls(
            client_id=node.text("clientId"),
            client_secret=node.text("clientSecret"),
            scope=node.choices("scope") if node.has("scope") else SCOPE,
            status=node.choice("status", STATUSES) or "L",
            redirect_uri=node.text("redirectUri", "{portal}/__emulator__/authorized"),
            oauth_refusal=node.choice("oauthRefusal", OAUTH),
        )


@dataclass(frozen=True, slots=True)
class Webhook:
    """An incoming webhook; in the edition of 2025 it works on the objects of an application."""

    user_id: int
    code: str
    scope: frozenset[str]
    client_id: str
    refusal: str | None

    @classmethod
    def read(cls, node: Node, users: Mapping[int, User], applications: list[str]) -> Webhook:
        """Read an element of `webhooks`."""
        node.keys({"user", "code", "scope", "application", "refusal"})
        return cls(
            user_id=_user(node, users),
            code=node.text("code"),
            scope=node.choices("scope") if node.has("scope") else SCOPE,
            client_id=application_of(node, applications, applications[0]),
            refusal=node.choice("refusal", PLATFORM),
        )


@dataclass(frozen=True, slots=True)
class Token:
    """A token that the seed names, and its condition."""

    access_token: str
    refresh_token: str | None
    client_id: str
    user_id: int
    expired: bool
    refresh_expired: bool
    refusal: str | None

    @classmethod
    def read(cls, node: Node, users: Mapping[int, User], applications: list[str]) -> Token:
        """Read an element of `tokens`."""
        node.keys(
            {
                "accessToken",
                "refreshToken",
                "application",
                "user",
                "expired",
                "refreshExpired",
                "refusal",
            }
        )
        return cls(
            access_token=node.text("accessToken"),
            refresh_token=node.text("refreshToken") if node.has("refreshToken") else None,
            client_id=application_of(node, applications, applications[0]),
            user_id=_user(node, users),
            expired=node.flag("expired"),
            refresh_expired=node.flag("refreshExpired"),
            refusal=node.choice("refusal", PLATFORM),
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the portal, which apply if they are switched on; times are in seconds."""

    burst: float
    per_second: float
    operating_seconds: float
    operating_window: float

    @classmethod
    def read(cls, node: Node) -> Limits:
        """Read `limits`."""
        node.keys({"burst", "perSecond", "operatingSeconds", "operatingWindow"})
        window = node.number("operatingWindow", 600)
        if not window:
            raise node.at("operatingWindow").wrong("must be greater than zero")
        return cls(
            burst=node.number("burst", 50),
            per_second=node.number("perSecond", 2),
            operating_seconds=node.number("operatingSeconds", 480),
            operating_window=window,
        )


@dataclass(frozen=True, slots=True)
class Conditions:
    """Everything about a portal that no method changes."""

    member_id: str
    refusal: str | None
    limits: Limits
    users: Mapping[int, User]
    applications: Mapping[str, Application]
    webhooks: Mapping[tuple[str, str], Webhook]
    tokens: tuple[Token, ...]
    taken_names: frozenset[str]
    refused_names: frozenset[str]

    @classmethod
    def read(cls, node: Node) -> Conditions:
        """Read everything in a seed but its objects."""
        users = {user.id: user for user in map(User.read, _some(node, "users"))}
        applications = {
            application.client_id: application
            for application in map(Application.read, _some(node, "applications"))
        }
        names = list(applications)
        webhooks = [Webhook.read(item, users, names) for item in _some(node, "webhooks")]
        return cls(
            member_id=node.text("memberId"),
            refusal=node.choice("refusal", PLATFORM),
            limits=Limits.read(node.at("limits") if node.has("limits") else Node({})),
            users=users,
            applications=applications,
            webhooks={(str(webhook.user_id), webhook.code): webhook for webhook in webhooks},
            tokens=tuple(Token.read(item, users, names) for item in node.items("tokens")),
            taken_names=node.choices("takenNames"),
            refused_names=node.choices("refusedNames"),
        )

    @property
    def identity(self) -> Identity:
        """The identity of the portal."""
        application = self.first_application
        return Identity(self.member_id, application.client_id, application.client_secret)

    @property
    def first_user(self) -> User:
        """The user whose tokens the command prints."""
        return next(iter(self.users.values()))

    @property
    def first_application(self) -> Application:
        """The application whose credentials the command prints."""
        return next(iter(self.applications.values()))

    @property
    def first_webhook(self) -> Webhook:
        """The webhook whose address the command prints."""
        return next(iter(self.webhooks.values()))


def application_of(node: Node, applications: Collection[str], usual: str) -> str:
    """Return the client id under `application`, or the default one if it is absent."""
    client_id = node.text("application", usual)
    if node.has("application") and client_id not in applications:
        raise node.at("application").wrong("is not one of the applications")
    return client_id


def _some(node: Node, key: str) -> list[Node]:
    items = node.items(key)
    if not items:
        raise node.at(key).wrong("must not be empty")
    return items


def _user(node: Node, users: Mapping[int, User]) -> int:
    user_id = node.identity("user", next(iter(users)))
    if user_id not in users:
        raise node.at("user").wrong("is not one of the users")
    return user_id
