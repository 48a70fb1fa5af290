"""Whether one condition, or rule, holds wherever another does: without an attachment at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cloudwan_mcp.policy.document import Condition, Rule

Term = tuple[Condition, ...]
"""Conditions that all hold. A rule matches where one of its terms holds."""


def terms(rule: Rule) -> tuple[Term, ...]:
    if rule.logic == "or":
        return tuple((each,) for each in rule.conditions)
    return (rule.conditions,) if rule.conditions else ()


def implied(term: Term, by: Term) -> bool:
    """Every attachment for which `by` holds is one for which `term` holds. False where that is not sure."""
    return all(any(_implies(given, wanted) for given in by) for wanted in term)


def subject(condition: Condition) -> tuple[str, str]:
    return condition.type, condition.key


def contradicted(term: Term) -> tuple[Condition, Condition] | None:
    """Two conditions that no attachment meets together."""
    for index, one in enumerate(term):
        for other in term[index + 1 :]:
            if subject(one) == subject(other) and (_excludes(one, other) or _excludes(other, one)):
                return one, other
    return None


_Test = Callable[[str, str], bool]
_TESTS: dict[str, _Test] = {
    "equals": lambda value, wanted: value == wanted,
    "not-equals": lambda value, wanted: value != wanted,
    "contains": lambda value, wanted: wanted in value,
    "begins-with": lambda value, wanted: value.startswith(wanted),
}


def _excludes(exact: Condition, other: Condition) -> bool:
    if exact.operator != "equals":
        both = exact.operator == other.operator == "begins-with"
        return both and not exact.value.startswith(other.value) and not other.value.startswith(exact.value)
    test = _TESTS.get(other.operator)
    return test is not None and not test(exact.value, other.value)


def _implies(given: Condition, wanted: Condition) -> bool:
    if wanted.type == "any":
        return True
    if wanted.type == "tag-exists":
        # whether not-equals asks for the tag is undocumented
        asked = given.type == "tag-value" and given.operator in ("equals", "contains", "begins-with")
        return (given.type == "tag-exists" or asked) and given.key == wanted.key
    if subject(given) != subject(wanted) or not _TESTS.keys() >= {given.operator, wanted.operator}:
        return False
    return any(holds(given, wanted) for holds in (_same, _exactly, _longer))


def _same(given: Condition, wanted: Condition) -> bool:
    return (given.operator, given.value) == (wanted.operator, wanted.value)


def _exactly(given: Condition, wanted: Condition) -> bool:
    return given.operator == "equals" and _TESTS[wanted.operator](given.value, wanted.value)


def _longer(given: Condition, wanted: Condition) -> bool:
    """A prefix or part that itself has the wanted one."""
    if given.operator == "begins-with" and wanted.operator == "begins-with":
        return given.value.startswith(wanted.value)
    return (
        given.operator in ("begins-with", "contains")
        and wanted.operator == "contains"
        and wanted.value in given.value
    )


_Mark = tuple[str, ...]
_ANY: _Mark = ("any",)


class Earlier:
    """Rules that come first, found by what their terms ask for rather than one by one."""

    def __init__(self) -> None:
        self._terms: dict[_Mark, list[tuple[Term, Rule]]] = {}

    def add(self, rule: Rule) -> None:
        for term in terms(rule):
            self._terms.setdefault(_wanted(term), []).append((term, rule))

    def covering(self, rule: Rule) -> Iterator[Rule]:
        """Those that between them match whatever `rule` matches; none where that is not sure."""
        found: dict[int, Rule] = {}
        for term in terms(rule):
            one = next((each for own, each in self._near(term) if implied(own, term)), None)
            if one is None:
                return
            found[id(one)] = one
        yield from found.values()

    def _near(self, term: Term) -> Iterator[tuple[Term, Rule]]:
        """The only terms that `term` could imply: each asks for something that it asks for too."""
        marks = [_ANY]
        for given in term:
            marks.append(("exists", given.key))
            marks.append(subject(given))
            marks.append((*subject(given), given.value))
        for mark in dict.fromkeys(marks):
            yield from self._terms.get(mark, ())


def _wanted(term: Term) -> _Mark:
    """What a term asks for most narrowly; one value, one subject, or nothing."""
    found = [each for each in term if each.type != "any"]
    for each in found:
        if each.operator == "equals":
            return (*subject(each), each.value)
    if not found:
        return _ANY
    return ("exists", found[0].key) if found[0].type == "tag-exists" else subject(found[0])
