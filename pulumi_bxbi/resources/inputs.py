"""How the inputs of a resource are described, brought into a normal form and judged.

A resource describes its inputs as a pydantic model. The rules that need no portal live in the types
below; each says what to write instead. A value that a preview does not know yet passes all of them.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, WrapValidator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from pulumi_bxbi.portal.display import one_line
from pulumi_bxbi.resources.misspelling import nearest
from pulumi_bxbi.resources.values import UNKNOWN, Checked, Failure, InvalidInputsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import ValidatorFunctionWrapHandler
    from pydantic_core import ErrorDetails

#: Whole numbers beyond this lose digits on their way through the engine.
_LARGEST_EXACT: Final = 2**53


class Inputs(BaseModel):
    """The inputs of a resource, or a part of them, by the names of the API.

    Attributes:
        noun: What has these inputs, for texts.
        label: Of a part of a list, the key of what people know it by.
    """

    noun: ClassVar[str]
    label: ClassVar[str] = ""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, hide_input_in_errors=True
    )


class Secrecy(Enum):
    """Whether an input is secret."""

    #: A mapping whose values are secret, and whose keys are not.
    SECRET_VALUES = auto()
    #: A text, such as an address, that is secret where it holds a password or a token.
    MAY_HOLD_SECRET = auto()


SECRET_VALUES: Final = Secrecy.SECRET_VALUES
MAY_HOLD_SECRET: Final = Secrecy.MAY_HOLD_SECRET


class Identifier(Enum):
    """The type of :data:`IS_ID`."""

    IS_ID = auto()


#: Marks an input that names an object by its id.
IS_ID: Final = Identifier.IS_ID


def _pass_unknown(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    return value if value is UNKNOWN else handler(value)


#: Marks a type whose value a preview may not know yet.
PassUnknown: Final = WrapValidator(_pass_unknown)


def _wrong(template: str, **context: object) -> PydanticCustomError:
    return PydanticCustomError("rule", template, context)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _wrong("must be text, and is {kind}", kind=_kind(value))
    return value


def _filled_text(value: object) -> str:
    text = _text(value)
    if not text.strip():
        raise _wrong("is empty: give it at least one visible character")
    return text


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong("must be true or false, and is {kind}", kind=_kind(value))
    return value


def _whole(value: object) -> int | None:
    """Return a whole number, also where the engine has turned it into a float or a text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) <= _LARGEST_EXACT:
        return int(value)
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdecimal():
        return int(value)
    return None


def _object_id(value: object) -> int:
    number = _whole(value)
    if number is not None and number > 0:
        return number
    if number is not None:
        shown = str(number)
    elif isinstance(value, str):
        shown = f'"{value}"'
    else:
        shown = str(value) if isinstance(value, float) else _kind(value)
    raise _wrong(
        "must be the positive whole number that the portal gave the object, and is {shown}",
        shown=shown,
    )


def _setting(value: object) -> str:
    if isinstance(value, str):
        return value
    number = _whole(value)
    if number is None:
        raise _wrong(
            "must be text or a whole number (a very large one as text), and is {kind}",
            kind="a number with a fraction" if isinstance(value, float) else _kind(value),
        )
    return str(number)


def _settings(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(
            "must be a mapping from the connector's parameters to their values, for example "
            '{"login": "admin"}, and is {kind}',
            kind=_kind(value),
        )
    return {key: each for key, each in value.items() if each is not None}


def _kind(value: object) -> str:
    """Return the kind of a value, never the value itself: it may be a secret."""
    kinds: dict[type, str] = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "a mapping",
    }
    return "nothing" if value is None else kinds.get(type(value), type(value).__name__)


def _whole_number(value: object) -> int:
    number = _whole(value)
    if number is None:
        raise _wrong("must be a whole number, and is {kind}", kind=_kind(value))
    return number


def _web_address(value: object) -> str:
    """Judge an address without repeating it: it may hold a token."""
    text = _text(value)
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise _wrong("must be an address that begins with https:// or http://")
    return text


def _part(value: object) -> object:
    """Let the parts of a list be mappings; their model judges them."""
    if not isinstance(value, dict):
        raise _wrong("must be a mapping, and is {kind}", kind=_kind(value))
    return {key: each for key, each in value.items() if each is not None}


def _parts(value: object) -> object:
    if not isinstance(value, list):
        raise _wrong("must be a list, and is {kind}", kind=_kind(value))
    return value


def at_most(characters: int) -> BeforeValidator:
    """Limit the length of a text."""

    def limit(value: object) -> object:
        if isinstance(value, str) and len(value) > characters:
            raise _wrong(
                "is {length} characters long, and {characters} are allowed",
                length=len(value),
                characters=characters,
            )
        return value

    return BeforeValidator(limit)


def at_least_one(part: str) -> BeforeValidator:
    """Refuse an empty list.

    Args:
        part: What the list consists of.
    """

    def count(value: object) -> object:
        if value == []:
            raise _wrong("is empty: give it at least one {part}", part=part)
        return value

    return BeforeValidator(count)


def one_of(*choices: str) -> BeforeValidator:
    """Limit a text to some choices."""

    def choose(value: object) -> object:
        if value not in choices:
            shown = f'"{value}"' if isinstance(value, str) else _kind(value)
            raise _wrong(
                "must be {choices}, and is {shown}",
                choices=f"{', '.join(choices[:-1])} or {choices[-1]}",
                shown=shown,
            )
        return value

    return BeforeValidator(choose)


def matching(pattern: str, rule: str) -> BeforeValidator:
    """Limit a text to a pattern.

    Args:
        pattern: A regular expression for the whole text.
        rule: The same for people.
    """
    compiled = re.compile(pattern)

    def match(value: object) -> object:
        text = _text(value)
        if not compiled.fullmatch(text):
            raise _wrong('{rule}, and is "{value}"', rule=rule, value=text)
        return text

    return BeforeValidator(match)


def unique(*keys: str) -> Callable[[Any], Any]:
    """Make a validator that lets no two parts of a list share the value of a key."""

    def compare(parts: Any) -> Any:
        for key in keys:
            places: dict[object, int] = {}
            for place, part in enumerate(parts):
                value = UNKNOWN if part is UNKNOWN else getattr(part, key)
                if value is not UNKNOWN and value in places:
                    raise _wrong(
                        'has "{value}" twice as {key}, at [{first}] and [{second}], and each one '
                        "must be different",
                        value=value,
                        key=to_camel(key),
                        first=places[value],
                        second=place,
                    )
                places[value] = place
        return parts

    return compare


Text = Annotated[str, BeforeValidator(_text), PassUnknown]
FilledText = Annotated[str, BeforeValidator(_filled_text), PassUnknown]
Boolean = Annotated[bool, BeforeValidator(_boolean), PassUnknown]
WholeNumber = Annotated[int, BeforeValidator(_whole_number), PassUnknown]
ObjectId = Annotated[int, BeforeValidator(_object_id), IS_ID, PassUnknown]
Setting = Annotated[str, BeforeValidator(_setting), PassUnknown]
Settings = Annotated[dict[str, Setting], BeforeValidator(_settings), SECRET_VALUES, PassUnknown]
WebAddress = Annotated[
    str, at_most(2048), BeforeValidator(_web_address), MAY_HOLD_SECRET, PassUnknown
]

#: For the parts of a list, and for the list itself.
Part: Final = BeforeValidator(_part)
Parts: Final = BeforeValidator(_parts)


def portal_id(resource: str, object_id: object) -> int:
    """Return the id of an object as the portal counts.

    Args:
        resource: The resource's name, for texts.
        object_id: The id as the engine keeps it.

    Raises:
        InvalidInputsError: It is no id of the portal.
    """
    try:
        return _object_id(object_id)
    except PydanticCustomError as error:
        failure = Failure("id", f"id {error}.")
        raise InvalidInputsError(resource, (failure,)) from None


def check_inputs(model: type[Inputs], news: Mapping[str, Any]) -> Checked:
    """Judge inputs by all rules that need no portal.

    Args:
        model: The inputs of the resource.
        news: What the program gives; ``None`` counts as not given.
    """
    given = {key: value for key, value in news.items() if value is not None}
    try:
        valid = model.model_validate(given)
    except ValidationError as error:
        return Checked(given, tuple(_failure(model, each, given) for each in error.errors()))
    return Checked(_given(valid))


def _given(value: Any) -> Any:
    """Take a model apart into what was given; a part of it may not be known yet."""
    if isinstance(value, Inputs):
        named = type(value).model_fields
        return {
            field.alias: _given(getattr(value, name))
            for name, field in named.items()
            if name in value.model_fields_set
        }
    if isinstance(value, list):
        return [_given(each) for each in value]
    return value


def _failure(model: type[Inputs], error: ErrorDetails, given: Mapping[str, Any]) -> Failure:
    location = error["loc"]
    top, last = str(location[0]), str(location[-1])
    owner = _owner(model, location)
    path = top + "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" for step in location[1:]
    )
    path += _named_part(owner, location, given)
    if error["type"] == "missing":
        meaning = next(
            field.description for field in owner.model_fields.values() if field.alias == last
        )
        return Failure(top, f"{path} is missing, and {owner.noun} needs it: {meaning}")
    if error["type"] == "extra_forbidden":
        known = [str(field.alias) for field in owner.model_fields.values()]
        return Failure(
            top,
            f"{path} is not a property of {owner.noun}{nearest(last, known) or '.'} "
            f"It has: {', '.join(known)}.",
        )
    return Failure(top, one_line(f"{path} {error['msg']}."))


def _named_part(
    owner: type[Inputs], location: tuple[int | str, ...], given: Mapping[str, Any]
) -> str:
    """Return what people know a part of a list by, in brackets; empty where that is the trouble."""
    if len(location) < 3 or not owner.label or location[2] == owner.label:  # noqa: PLR2004  # list, place, key
        return ""
    part = given[str(location[0])][location[1]]
    name = part.get(owner.label)
    return one_line(f" ({owner.noun.removeprefix('a ')} {name})") if isinstance(name, str) else ""


def _owner(model: type[Inputs], location: tuple[int | str, ...]) -> type[Inputs]:
    """Find the model that the last step of a location belongs to: a resource or a part of it."""
    if len(location) == 1:
        return model
    annotation = next(
        field.annotation for field in model.model_fields.values() if field.alias == location[0]
    )
    return part_of(annotation) or model


def part_of(annotation: Any) -> type[Inputs] | None:
    """Return the model of the parts of a list; ``None`` where an input is no list of parts.

    Args:
        annotation: The type of the input.
    """
    return next(iter(_models_in(annotation)), None)


@cache
def _models_in(annotation: Any) -> tuple[type[Inputs], ...]:
    is_model = isinstance(annotation, type) and issubclass(annotation, Inputs)
    inner = (each for argument in get_args(annotation) for each in _models_in(argument))
    return (annotation, *inner) if is_model else tuple(inner)
