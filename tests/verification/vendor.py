"""A service that behaves as the vendor's own connector application does.

An empty table is an empty list, a refused password has HTTP status 200, a request without the group
``connection`` fails, and filters are read as groups alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.verification.service import Answer, Service, group

if TYPE_CHECKING:
    from examples.warehouse.service.form import Form

#: As many rows as come for a limit of 0, or without one.
_USUAL_LIMIT = 100
_FAILED = Answer("internal error", 500)


class VendorService(Service):
    """Answers as the vendor's application."""

    def __init__(self) -> None:
        super().__init__()
        for table in self.tables:
            for column in table.columns:
                column.name = column.code.upper()

    def right(self, path: str, form: Form) -> Answer:
        conditions = group(form, "filter").values()
        if "connection" not in form or not all(map(_is_group, conditions)):
            return _FAILED
        if path == "/check" and not self.lets_in(form["connection"]):
            return Answer({"status": "ERROR"})
        limit = form.get("limit", "0")
        form = {**form, "limit": str(_USUAL_LIMIT) if limit == "0" else limit}
        found = super().right(path, form)
        if path == "/columns" and found.status == 200:
            return Answer([{**each, "type": each["type"].upper()} for each in found.body])
        is_empty = path == "/data" and found.status == 200 and len(found.body) == 1
        return Answer([]) if is_empty else found


def _is_group(condition: object) -> bool:
    return isinstance(condition, dict) and "operator" in condition
