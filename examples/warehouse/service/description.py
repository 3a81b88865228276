"""The tables of the warehouse, as ``urlTableList`` and ``urlTableDescription`` give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, which is its name in BI Builder too, its code, and its type."""

    name: str
    code: str
    type: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its code in the warehouse, the title that people see, and its columns."""

    code: str
    title: str
    columns: tuple[Column, ...]

    def has(self, code: str) -> bool:
        """Tell whether there is a column with this code."""
        return any(column.code == code for column in self.columns)


_ALL: Final = (
    Table(
        "airlines",
        "Airlines",
        (
            Column("CARRIER", "carrier", "string"),
            Column("NAME", "name", "string"),
        ),
    ),
    Table(
        "airports",
        "Airports",
        (
            Column("FAA", "faa", "string"),
            Column("NAME", "name", "string"),
            Column("LAT", "lat", "double"),
            Column("LON", "lon", "double"),
            Column("ALT", "alt", "int"),
            Column("TZ", "tz", "int"),
            Column("DST", "dst", "string"),
            Column("TZONE", "tzone", "string"),
        ),
    ),
    Table(
        "planes",
        "Planes",
        (
            Column("TAILNUM", "tailnum", "string"),
            Column("YEAR", "year", "int"),
            Column("TYPE", "type", "string"),
            Column("MANUFACTURER", "manufacturer", "string"),
            Column("MODEL", "model", "string"),
            Column("ENGINES", "engines", "int"),
            Column("SEATS", "seats", "int"),
            Column("SPEED", "speed", "int"),
            Column("ENGINE", "engine", "string"),
        ),
    ),
    Table(
        "flights",
        "Flights",
        (
            Column("FLIGHT_DATE", "date", "date"),
            Column("YEAR", "year", "int"),
            Column("MONTH", "month", "int"),
            Column("DAY", "day", "int"),
            Column("DEP_TIME", "dep_time", "int"),
            Column("SCHED_DEP_TIME", "sched_dep_time", "int"),
            Column("DEP_DELAY", "dep_delay", "int"),
            Column("ARR_TIME", "arr_time", "int"),
            Column("SCHED_ARR_TIME", "sched_arr_time", "int"),
            Column("ARR_DELAY", "arr_delay", "int"),
            Column("CARRIER", "carrier", "string"),
            Column("FLIGHT", "flight", "int"),
            Column("TAILNUM", "tailnum", "string"),
            Column("ORIGIN", "origin", "string"),
            Column("DEST", "dest", "string"),
            Column("AIR_TIME", "air_time", "int"),
            Column("DISTANCE", "distance", "int"),
            Column("HOUR", "hour", "int"),
            Column("MINUTE", "minute", "int"),
            Column("TIME_HOUR", "time_hour", "datetime"),
        ),
    ),
    Table(
        "weather",
        "Weather",
        (
            Column("ORIGIN", "origin", "string"),
            Column("WEATHER_DATE", "date", "date"),
            Column("YEAR", "year", "int"),
            Column("MONTH", "month", "int"),
            Column("DAY", "day", "int"),
            Column("HOUR", "hour", "int"),
            Column("TEMP", "temp", "double"),
            Column("DEWP", "dewp", "double"),
            Column("HUMID", "humid", "double"),
            Column("WIND_DIR", "wind_dir", "int"),
            Column("WIND_SPEED", "wind_speed", "double"),
            Column("WIND_GUST", "wind_gust", "double"),
            Column("PRECIP", "precip", "double"),
            Column("PRESSURE", "pressure", "double"),
            Column("VISIB", "visib", "double"),
            Column("TIME_HOUR", "time_hour", "datetime"),
        ),
    ),
)

TABLES: Final = {table.code: table for table in _ALL}
"""Every table of the warehouse, by its code."""
