"""What a command `pulumi` that is run for the user takes from the environment."""

from __future__ import annotations

import pytest

from pulumi_bxbi.stack.pulumi_environment import pulumi_environment, settings_as_variables

KEPT = {"PATH": "/bin", "PULUMI_STACK": "a", "PULUMI_CONFIG_PASSPHRASE": "p", "BXBI_BURST": "9"}
OPTIONS = {
    "PULUMI_OPTION_CONFIG_FILE": "Pulumi.other.yaml",
    "PULUMI_OPTION_FILE": "state.json",
    "PULUMI_OPTION_JSON": "true",
    "PULUMI_OPTION_TARGET": "urn:a",
    "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true",
}


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("preview", {"PULUMI_OPTION_CONFIG_FILE", "PULUMI_OPTION_TARGET"}),
        ("refresh", {"PULUMI_OPTION_CONFIG_FILE"}),
        ("stack", {"PULUMI_OPTION_CONFIG_FILE"}),
    ],
)
def test_options_that_choose_are_kept_and_those_that_print_are_not(
    command: str, options: set[str]
) -> None:
    assert pulumi_environment({**KEPT, **OPTIONS}, command).keys() == KEPT.keys() | options


@pytest.mark.parametrize(
    ("environment", "given"),
    [
        ({}, {"BXBI_PORTAL", "BXBI_CLIENT_ID", "BXBI_CLIENT_SECRET"}),
        ({"BXBI_PORTAL": "https://b.example"}, {"BXBI_CLIENT_ID", "BXBI_CLIENT_SECRET"}),
        ({"BXBI_CLIENT_SECRET": "new"}, {"BXBI_PORTAL", "BXBI_CLIENT_ID"}),
        ({"BXBI_ACCESS_TOKEN": "t"}, {"BXBI_PORTAL"}),
        ({"BXBI_WEBHOOK": "https://b.example/rest/1/w/"}, {"BXBI_PORTAL"}),
    ],
)
def test_settings_of_the_stack_leave_those_of_the_environment_alone(
    environment: dict[str, str], given: set[str]
) -> None:
    configured = {"portal": "https://a.example", "clientId": "local.1", "clientSecret": "old"}

    assert settings_as_variables(configured, environment).keys() == given
