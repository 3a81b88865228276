"""A stand-in for GitHub's command `gh`, for what the workflows ask it.

It keeps pull request comments, issues and secrets in `github.json` of the folder above its own, and
writes down each call with the token that it was given.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import jq

KEPT = Path(__file__).parents[1] / "github.json"
PAGE = 2


def main() -> int:
    kept: dict[str, Any] = json.loads(KEPT.read_text("utf-8"))
    kept["calls"].append({"arguments": sys.argv[1:], "token": os.environ.get("GH_TOKEN", "")})
    try:
        return answer(kept)
    finally:
        KEPT.write_text(json.dumps(kept), "utf-8")


def answer(kept: dict[str, Any]) -> int:
    if os.environ.get("GH_TOKEN", "") not in kept["tokens"][sys.argv[1]]:
        sys.stderr.write("HTTP 403: Resource not accessible by this token\n")
        return 1
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command")

    api = commands.add_parser("api")
    api.add_argument("path")
    api.add_argument("--method", default="")
    api.add_argument("--field", default="")
    api.add_argument("--jq")
    api.add_argument("--paginate", action="store_true")
    api.add_argument("--silent", action="store_true")

    issue = commands.add_parser("issue")
    issue.add_argument("what", choices=["list", "create", "edit", "close"])
    issue.add_argument("number", type=int, nargs="?")
    for name in ("state", "app", "limit", "json", "jq", "title", "body-file", "comment"):
        issue.add_argument(f"--{name}")

    secret = commands.add_parser("secret")
    secret.add_argument("what", choices=["set"])
    secret.add_argument("name")
    secret.add_argument("--env", required=True)
    secret.add_argument("--repo", required=True)

    given = parser.parse_args()
    return {"api": comments, "issue": issues, "secret": secrets}[given.command](kept, given)


def comments(kept: dict[str, Any], given: argparse.Namespace) -> int:
    if not given.field:
        assert given.paginate
        found = [
            each for each in kept["comments"] if each["pull_request"] == number(given.path, -2)
        ]
        for start in range(0, len(found), PAGE):
            show(found[start : start + PAGE], given.jq)
        return 0
    body = {"body": Path(given.field.removeprefix("body=@")).read_text("utf-8")}
    assert len(body["body"]) <= 65_536
    if given.method == "PATCH":
        (comment,) = (each for each in kept["comments"] if each["id"] == number(given.path, -1))
        comment.update(body)
    else:
        kept["comments"].append(
            {
                "id": 100 + len(kept["comments"]),
                "pull_request": number(given.path, -2),
                "user": {"login": "github-actions[bot]"},
                **body,
            }
        )
    return 0


def issues(kept: dict[str, Any], given: argparse.Namespace) -> int:
    if given.what == "list":
        assert given.state == "open"
        found = [each for each in kept["issues"] if each["app"] == given.app]
        show([each for each in found if each["open"]], given.jq)
        return 0
    if given.what == "close":
        (issue,) = (each for each in kept["issues"] if each["number"] == given.number)
        issue["open"] = False
        return 0
    body = Path(given.body_file).read_text("utf-8")
    assert len(body) <= 65_536
    if given.what == "edit":
        (issue,) = (each for each in kept["issues"] if each["number"] == given.number)
        issue["body"] = body
    else:
        number = 1 + len(kept["issues"])
        kept["issues"].append(
            {
                "number": number,
                "app": "github-actions",
                "open": True,
                "title": given.title,
                "body": body,
            }
        )
    return 0


def secrets(kept: dict[str, Any], given: argparse.Namespace) -> int:
    if kept["failures"]:
        kept["failures"] -= 1
        sys.stderr.write("HTTP 502: Bad Gateway\n")
        return 1
    kept["secrets"][f"{given.repo} {given.env} {given.name}"] = sys.stdin.read()
    return 0


def number(path: str, place: int) -> int:
    return int(path.split("/")[place])


def show(found: list[dict[str, Any]], expression: str) -> None:
    """Print what an expression makes of what was found, as `gh` does: texts without quotes."""
    for each in jq.compile(expression).input_value(found).all():
        sys.stdout.write(f"{each if isinstance(each, str) else json.dumps(each)}\n")


sys.exit(main())
