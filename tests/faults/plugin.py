"""The plugin in the test's own process: its messages, and what they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from pulumi_bxbi.deployment.engine import Engine
from pulumi_bxbi.deployment.session import Session
from pulumi_bxbi.plugin.provider import Provider
from pulumi_bxbi.settings.loading import Settings
from pulumi_bxbi.version import __version__
from tests.protocol.provider import ProviderError
from tests.protocol.provider_process import PLUGIN, CalledProvider

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_bxbi.portal import Portal
    from tests.faults.provider import Calls


class PluginProvider(CalledProvider):
    """A plugin without a process of its own, which lives for one command.

    Args:
        client: The portal, which stops what is written once the engine is gone.
        calls: The calls of the command.
    """

    def __init__(self, client: Portal, calls: Calls) -> None:
        session = Session(Engine(()))
        session.configure(lambda: _Connected(client=client))
        super().__init__(PLUGIN, _Stub(Provider(session, __version__), calls))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Connected(Settings):
    """Settings of a portal that is connected already."""

    client: Portal

    def connect(self, before_write: Callable[[], None] = lambda: None) -> Portal:
        del before_write
        return self.client


@dataclass(frozen=True, slots=True)
class _Stub:
    """Hands requests to a plugin in the same process."""

    provider: Provider
    calls: Calls

    def __getattr__(self, method: str) -> Callable[[Any], Any]:
        answer = getattr(self.provider, method)
        return lambda request: self.calls.answered(lambda: answer(request, _Context()))


class _Context:
    """The context of a request, as far as the plugin uses it."""

    def abort(self, _code: object, text: str) -> NoReturn:
        raise ProviderError(text)
