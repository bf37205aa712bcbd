"""What errors are put in: mutmut's operators on the code, and some of our own on statements and on SQL."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation import mutators as mm

SQL: Final = re.compile(r"\b(SELECT|FROM|WHERE|JOIN|INSERT|UPDATE|DELETE|ORDER BY|PARTITION BY|EXISTS|AND|IS NULL)\b")
SQL_FEIL: Final = (
    (r"\bAND\b", "OR"), (r"\bOR\b(?! REPLACE)", "AND"), (r"\bNOT (?=EXISTS|IN\b)", ""), (r"\bIS NOT NULL\b", "IS NULL"),
    (r"\bIS NULL\b", "IS NOT NULL"), (r"\bIS NOT DISTINCT\b", "IS DISTINCT"), (r"\bIS DISTINCT\b", "IS NOT DISTINCT"),
    (r"<=", "<"), (r">=", ">"), (r"<>", "="), (r" < ", " <= "), (r" > ", " >= "), (r"(?<=\w) = ", " <> "),
    (r"\bmin\(", "max("), (r"\bmax\(", "min("), (r"\bLEFT JOIN\b", "JOIN"), (r"\bANTI JOIN\b", "SEMI JOIN"),
    (r"\bSEMI JOIN\b", "ANTI JOIN"), (r" DESC\b", ""), (r"\bUNION ALL\b", "UNION"), (r"\blead\(", "lag("),
    (r"\bDISTINCT (?!FROM|ON)", ""), (r"\+ 1\b", "+ 2"), (r"\blast\(", "first("), (r"\bfirst\(", "last("),
    (r"\barg_max\(", "arg_min("), (r"\bbool_or\(", "bool_and("), (r"\bcount\(\*\)", "1"),
)  # fmt: skip
"""What is wrong with a query, one at a time."""
TILORDNING: Final = re.compile(r"\bSET\b(?!.*\bWHERE\b)[^;]*$", re.DOTALL)
BARE_FORKLARING: Final = {"transaction", "TypeVar", "ParamSpec", "getLogger", "step"}
"""Whose texts are told to whoever waits for the register, or are names in Prefect: no rules."""
URORT: Final = {"len", "isinstance", "cast", "Field"}
MUTMUT: Final[tuple[tuple[type[cst.CSTNode], Callable[[Any], Iterable[cst.CSTNode]]], ...]] = (
    (cst.BaseNumber, mm.operator_number),
    (cst.Name, mm.operator_name),
    (cst.AugAssign, mm.operator_augmented_assignment),
    (cst.UnaryOperation, mm.operator_remove_unary_ops),
    (cst.IfExp, mm.operator_if_exp),
)
MEST: Final = 60


@dataclass(frozen=True)
class Mutant:
    """One error: where it stands, what it is, and the nodes that make it."""

    modul: str
    funksjon: str
    """Blank for a constant of the module."""
    linjer: range
    funksjonslinjer: range
    hva: str
    gammel: cst.CSTNode = field(repr=False, compare=False)
    ny: cst.CSTNode = field(repr=False, compare=False)
    tre: cst.Module = field(repr=False, compare=False)

    @property
    def navn(self) -> str:
        """What it is called, the same as long as the line it stands in is the same."""
        return f"{self.modul}:{self.funksjon}:{self.hva}"

    @property
    def kilde(self) -> str:
        """The module's source with the error in it."""
        tre = self.tre.deep_replace(self.gammel, self.ny)
        assert isinstance(tre, cst.Module)
        return tre.code


def mutants(modul: str, fil: Path) -> list[Mutant]:
    """Return all the errors that can be put into a module, in the order of its lines."""
    hylster = MetadataWrapper(cst.parse_module(fil.read_text("utf-8")))
    leter = _Leter(modul, hylster.module)
    hylster.visit(leter)
    ferdige, sett = [], Counter[str]()
    for en in leter.funnet:
        sett[en.navn] += 1
        nummer = f" #{sett[en.navn]}" if sett[en.navn] > 1 else ""
        ferdige.append(Mutant(**{**en.__dict__, "hva": en.hva + nummer}))
    return ferdige


class _Leter(cst.CSTVisitor):
    """Goes through a module; what stands in class bodies, annotations, decorators and defaults is left alone."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, modul: str, tre: cst.Module) -> None:
        super().__init__()
        self.modul, self.tre = modul, tre
        self.funnet: list[Mutant] = []
        self.sti: list[tuple[str, cst.CSTNode]] = []
        self.setninger: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Annotation | cst.Import | cst.ImportFrom | cst.Decorator | cst.Parameters | cst.Assert):
            return False
        if _is_docstring(node) or (isinstance(node, cst.Call) and _called(node) in BARE_FORKLARING):
            return False
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self.sti.append((node.name.value, node))
        if isinstance(node, cst.SimpleStatementLine):
            self.setninger.append(node)
        if not (self.sti and isinstance(self.sti[-1][1], cst.ClassDef)):
            for ny in _errors(node):
                self._note(node, ny)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if self.sti and self.sti[-1][1] is original_node:
            self.sti.pop()
        if self.setninger and self.setninger[-1] is original_node:
            self.setninger.pop()

    def _note(self, node: cst.CSTNode, ny: cst.CSTNode) -> None:
        ytterst = next((ytre for _, ytre in self.sti if isinstance(ytre, cst.FunctionDef)), None)
        if ytterst is None and not self.setninger:
            return
        fra, til = _text(node), _text(ny)
        if fra == til:
            return
        navn = ".".join(navn for navn, _ in self.sti) if ytterst else ""
        self.funnet.append(
            Mutant(
                self.modul, navn, self._lines(node),
                self._lines(ytterst or self.setninger[-1]),
                _difference(fra, til), node, ny, self.tre,
            )
        )  # fmt: skip

    def _lines(self, node: cst.CSTNode) -> range:
        sted = self.get_metadata(PositionProvider, node)
        return range(sted.start.line, sted.end.line + 1)


def _errors(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Return what a node can be mistaken for."""
    yield from mm.operator_keywords(node)
    yield from mm.operator_swap_op(node)
    for slag, operator in MUTMUT:
        if isinstance(node, slag):
            yield from operator(node)
    match node:
        case cst.SimpleString():
            yield from _strings(node, node.value)
        case cst.FormattedStringText() if SQL.search(node.value):
            yield from (node.with_changes(value=ny) for ny in _queries(node.value))
        case cst.Call() if _called(node) not in URORT:
            yield from _calls(node)
        case cst.If() | cst.While() if not isinstance(node.test, cst.NamedExpr):
            yield node.with_changes(test=cst.UnaryOperation(cst.Not(), _parenthesised(node.test)))
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.Call())] | [cst.Raise()]):
            yield node.with_changes(body=[cst.Pass()])


def _strings(node: cst.SimpleString, tekst: str) -> Iterable[cst.CSTNode]:
    if SQL.search(tekst):
        return (node.with_changes(value=ny) for ny in _queries(tekst))
    return list(mm.operator_string(node))[:1]


def _calls(node: cst.Call) -> Iterator[cst.CSTNode]:
    """Return the call with an argument that is nothing, without one it could do without, and its method's opposite."""
    yield from mm.operator_dict_arguments(node)
    yield from mm.operator_symmetric_string_methods_swap(node)
    yield from mm.operator_unsymmetrical_string_methods_swap(node)
    for nummer, arg in enumerate(node.args):
        foran, etter = node.args[:nummer], node.args[nummer + 1 :]
        if arg.keyword:
            yield node.with_changes(args=[*foran, *etter])
        elif not arg.star and not isinstance(arg.value, cst.Name | cst.GeneratorExp) and len(node.args) > 1:
            yield node.with_changes(args=[*foran, arg.with_changes(value=cst.Name("None")), *etter])


def _queries(tekst: str) -> Iterator[str]:
    for monster, ny in SQL_FEIL:
        for treff in re.finditer(monster, tekst):
            if ny == " <> " and TILORDNING.search(tekst[: treff.start()]):
                continue
            yield tekst[: treff.start()] + ny + tekst[treff.end() :]


def _parenthesised(test: cst.BaseExpression) -> cst.BaseExpression:
    ferdig: cst.BaseExpression = test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return ferdig


def _is_docstring(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Expr) and isinstance(node.value, cst.SimpleString | cst.ConcatenatedString)


def _called(node: cst.Call) -> str:
    return node.func.attr.value if isinstance(node.func, cst.Attribute) else getattr(node.func, "value", "")


def _text(node: cst.CSTNode) -> str:
    tekst = cst.Module([]).code_for_node(node)
    return " ".join(tekst.split())


def _difference(fra: str, til: str) -> str:
    """Return what changes, with a little of what stands around it."""
    likt = 0
    while likt < min(len(fra), len(til)) and fra[likt] == til[likt]:
        likt += 1
    start = max(0, likt - MEST // 2)
    return f"{fra[start : start + MEST]} → {til[start : start + MEST]}"
