"""The token stores of the examples, against the APIs and the command that they call."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.pipelines.api import GitLab, Vault
from tests.pipelines.github import EXAMPLES, GitHub, secret_of
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKENS = '{\n  "accessToken": "a+b/c=&d%41",\n  "saved": "Источник"\n}'
SECRETS = ("a+b/c=&d%41", "writer-token", "vault-token")


@dataclass(slots=True)
class Store:
    """A store's command, and the environment that it runs in."""

    command: list[str]
    environment: dict[str, str]

    def run(self, what: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, what],
            env={"PATH": os.environ["PATH"], **self.environment},
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )

    def get(self) -> str:
        ended = self.run("get")
        assert (ended.returncode, ended.stderr) == (0, "")
        return ended.stdout

    def set(self, tokens: str) -> None:
        ended = self.run("set", tokens)
        assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr


def store(name: str, *arguments: str, **environment: str) -> Store:
    return Store([str(EXAMPLES / "pipelines" / "stores" / name), *arguments], environment)


@pytest.fixture
def curl(tmp_path: Path) -> Iterator[str]:
    """A PATH on which `curl` is watched: no secret may be among its arguments."""
    real = shutil.which("curl")
    folder = tmp_path / "bin"
    folder.mkdir()
    log = folder / "log"
    script = folder / "curl"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >>{log}\nexec {real} "$@"\n', "utf-8")
    script.chmod(0o700)
    yield f"{folder}{os.pathsep}{os.environ['PATH']}"
    arguments = log.read_text("utf-8")
    assert [each for each in SECRETS if each in arguments] == []


class TestGitHub:
    @pytest.fixture
    def github(self, tmp_path: Path) -> GitHub:
        return GitHub(tmp_path / "github")

    @pytest.fixture
    def kept(self, github: GitHub) -> Store:
        return store(
            "github.sh",
            PATH=f"{github.programs}{os.pathsep}{os.environ['PATH']}",
            RUNNER_TEMP=str(github.temporary),
            GITHUB_REPOSITORY="acme/bi",
            BITRIX24_TOKENS_ENVIRONMENT="production",
            GH_TOKEN="writer-token",
        )

    def test_what_a_job_got_is_kept_until_it_is_renewed(self, github: GitHub, kept: Store) -> None:
        assert kept.get() == ""
        kept.environment["BITRIX24_TOKENS"] = secret_of("old")
        assert kept.get() == "old"

        kept.set(TOKENS)

        assert kept.get() == TOKENS
        assert github.kept()["secrets"] == {"acme/bi production BITRIX24_TOKENS": secret_of(TOKENS)}
        (file,) = github.temporary.iterdir()
        assert file.stat().st_mode & 0o777 == 0o600
        calls = json.dumps(github.kept()["calls"])
        assert [each for each in (TOKENS, secret_of(TOKENS)) if each in calls] == []

    def test_the_next_job_reads_what_was_kept(self, github: GitHub, kept: Store) -> None:
        long = TOKENS * 10  # more than `base64` writes into one line

        kept.set(long)
        github.new_job()
        ((_, secret),) = github.kept()["secrets"].items()
        kept.environment["BITRIX24_TOKENS"] = secret

        assert "\n" not in secret
        assert kept.get() == long

    def test_a_secret_of_another_hand_is_refused(self, kept: Store) -> None:
        kept.environment["BITRIX24_TOKENS"] = TOKENS

        ended = kept.run("get")

        assert (ended.returncode, ended.stdout) == (1, "")
        assert "make it anew with `bxbi login`" in ended.stderr
        assert [each for each in SECRETS if each in ended.stderr] == []

    def test_an_environment_may_be_called_as_a_path(self, github: GitHub, kept: Store) -> None:
        kept.environment["BITRIX24_TOKENS_ENVIRONMENT"] = "acme/production"

        kept.set(TOKENS)

        assert kept.get() == TOKENS
        assert github.kept()["secrets"].keys() == {"acme/bi acme/production BITRIX24_TOKENS"}

    def test_a_login_at_home_leaves_no_file(self, github: GitHub, kept: Store) -> None:
        del kept.environment["RUNNER_TEMP"]

        kept.set(TOKENS)

        assert github.kept()["secrets"] == {"acme/bi production BITRIX24_TOKENS": secret_of(TOKENS)}
        assert list(github.temporary.iterdir()) == []

    def test_a_refusal_is_told_and_the_job_reads_what_the_secret_has(
        self, github: GitHub, kept: Store
    ) -> None:
        kept.environment["BITRIX24_TOKENS"] = secret_of("old")
        kept.environment["GH_TOKEN"] = "job-token"

        ended = kept.run("set", TOKENS)

        assert ended.returncode == 1
        assert "Resource not accessible by this token" in ended.stderr
        assert kept.get() == "old"
        assert list(github.temporary.iterdir()) == []


class SignIn(GitLab):
    """What stands in the way of GitLab, and answers everything with a page."""

    def allows(self, *_: object) -> bool:
        return True

    def answer(self, *_: object) -> tuple[int, str]:
        return 200, "<html>Sign in</html>"


class TestGitLab:
    @pytest.fixture
    def gitlab(self) -> Iterator[GitLab]:
        with serving(GitLab()) as made:
            yield made

    @pytest.fixture
    def kept(self, gitlab: GitLab, curl: str) -> Store:
        return store(
            "gitlab.sh",
            PATH=curl,
            CI_API_V4_URL=f"{gitlab.address}/api/v4",
            BITRIX24_TOKENS_PROJECT="8",
            BITRIX24_TOKENS_VARIABLE="BITRIX24_TOKENS",
            BITRIX24_TOKENS_WRITER="writer-token",
        )

    def test_a_variable_is_made_and_then_changed(self, gitlab: GitLab, kept: Store) -> None:
        empty = kept.run("get")
        assert (empty.returncode, empty.stdout) == (0, "")

        for tokens in ("first", TOKENS):
            kept.set(tokens)
            assert kept.get() == tokens

        (variable,) = gitlab.variables.values()
        assert variable["masked"] == "true"
        assert variable["value"].isascii()
        assert not set(variable["value"]) & set(" \n")

    @pytest.mark.parametrize("what", ["get", "set"])
    def test_a_refusal_is_told(self, gitlab: GitLab, kept: Store, what: str) -> None:
        gitlab.variables["BITRIX24_TOKENS"] = {"key": "BITRIX24_TOKENS", "value": "b2xk"}
        kept.environment["BITRIX24_TOKENS_WRITER"] = "comments-token"

        ended = kept.run(what, TOKENS)

        assert ended.returncode == 1
        assert ended.stdout == ""
        done = {"get": "read", "set": "written"}[what]
        assert f"GitLab answered 403 when the variable BITRIX24_TOKENS was {done}." in ended.stderr
        assert gitlab.variables["BITRIX24_TOKENS"]["value"] == "b2xk"

    def test_a_page_in_the_place_of_the_variable_is_told(self, kept: Store) -> None:
        """A proxy or a sign-in page may answer with 200 too."""
        with serving(SignIn()) as page:
            kept.environment["CI_API_V4_URL"] = page.address
            ended = kept.run("get")

        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr.endswith("the variable BITRIX24_TOKENS was read.\n")

    def test_an_answer_of_503_is_asked_again(self, gitlab: GitLab, kept: Store) -> None:
        gitlab.failures = 1

        kept.set(TOKENS)

        assert kept.get() == TOKENS


class TestVault:
    @pytest.fixture
    def vault(self) -> Iterator[Vault]:
        with serving(Vault()) as made:
            yield made

    @pytest.fixture
    def kept(self, vault: Vault, curl: str) -> Store:
        return store(
            "vault.sh",
            "secret",
            "bxbi/production",
            PATH=curl,
            VAULT_ADDR=vault.address,
            VAULT_TOKEN="vault-token",
        )

    def test_a_secret_is_made_and_then_changed(self, vault: Vault, kept: Store) -> None:
        empty = kept.run("get")
        assert (empty.returncode, empty.stdout) == (0, "")

        for tokens in ("first", TOKENS):
            kept.set(tokens)
            assert kept.get().strip() == tokens

        assert vault.secrets == {"/v1/secret/data/bxbi/production": {"tokens": TOKENS}}

    @pytest.mark.parametrize("what", ["get", "set"])
    def test_a_refusal_is_told(self, vault: Vault, kept: Store, what: str) -> None:
        kept.environment["VAULT_TOKEN"] = "expired"

        ended = kept.run(what, TOKENS)

        assert ended.returncode == 1
        assert ended.stdout == ""
        assert "Vault answered 403 when http" in ended.stderr
        assert vault.secrets == {}

    def test_an_answer_of_503_is_asked_again(self, vault: Vault, kept: Store) -> None:
        vault.failures = 1

        kept.set(TOKENS)

        assert kept.get().strip() == TOKENS


@pytest.mark.parametrize("name", ["github.sh", "gitlab.sh", "vault.sh"])
def test_another_word_is_refused_with_the_usage(name: str) -> None:
    given = dict.fromkeys(
        ("BITRIX24_TOKENS_ENVIRONMENT", "CI_API_V4_URL", "BITRIX24_TOKENS_PROJECT"), "x"
    )

    ended = store(name, VAULT_ADDR="x", **given).run("delete")

    assert ended.returncode == 2
    assert "usage: " in ended.stderr
