"""What holds for the whole tree: who may import whom, no wall clock, no real ids, nothing of a machine."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest

from schemas.fodselsnummer import Idtype, classify
from tasks.filer import ROT

VAARE = {"schemas", "tasks", "flows", "deployments", "tests"}
KAN_BRUKE = {
    "schemas": {"schemas"},
    "tasks": {"tasks", "schemas"},
    "flows": {"tasks", "schemas"},
    "deployments": {"deployments", "flows", "tasks", "schemas"},
}
MEST_LINJER = 400
KLOKKEN = {("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}
KLOKKEMODUL = "tasks/klokke.py"
NUMMER = re.compile(r"(?<![\w.])\d{6} ?\d{5}(?![\w.]?\d)")
PAKKEADRESSE = re.compile("|".join(["pypi" + r"\.org", "pythonhosted" + r"\.org", "--(extra-)?index" + "-url"]))
MASKINSTI = re.compile(r"(?<![\w.~/])/(home|Users|work|root|mnt)/\w|\b[A-Z]:\\{1,2}(Users|home)")


@cache
def tracked() -> tuple[Path, ...]:
    """Every text file that is or will be in the repository."""
    git = ["git", "-C", str(ROT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    svar = subprocess.run(git, capture_output=True, text=True, check=True).stdout
    return tuple(sti for navn in sorted(set(svar.split("\0")) - {""}) if (sti := ROT / navn).is_file())


@cache
def text(sti: Path) -> str:
    return sti.read_text("utf-8", errors="replace")


def modules(*mapper: str) -> list[str]:
    navn = [str(sti.relative_to(ROT)) for sti in tracked() if sti.suffix == ".py"]
    return [fil for fil in navn if fil.startswith(mapper)]


def imports(tre: ast.AST) -> Iterator[str]:
    for node in ast.walk(tre):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def wrong_imports(mappe: str, kilde: str) -> set[str]:
    brukt = {navn.partition(".")[0] for navn in imports(ast.parse(kilde))} & VAARE
    return brukt - KAN_BRUKE[mappe]


@pytest.mark.parametrize("fil", modules(*(f"{mappe}/" for mappe in KAN_BRUKE)))
def test_imports_go_one_way(fil: str) -> None:
    assert wrong_imports(fil.partition("/")[0], text(ROT / fil)) == set()


def test_the_import_check_sees_a_wrong_import() -> None:
    assert wrong_imports("schemas", "def f():\n    from tasks import klokke") == {"tasks"}
    assert wrong_imports("flows", "from flows.brev import brev") == {"flows"}
    assert wrong_imports("tasks", "import deployments.rader") == {"deployments"}


def test_the_data_folder_holds_no_code() -> None:
    assert modules("data/") == []


@pytest.mark.parametrize("fil", modules(*(f"{mappe}/" for mappe in VAARE)))
def test_a_module_is_short(fil: str) -> None:
    assert text(ROT / fil).count("\n") <= MEST_LINJER


def clock_readings(kilde: str) -> list[int]:
    """Lines that read the wall clock."""
    return sorted(
        node.lineno
        for node in ast.walk(ast.parse(kilde))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name | ast.Attribute)
        and (node.value.id if isinstance(node.value, ast.Name) else node.value.attr, node.attr) in KLOKKEN
    )


@pytest.mark.parametrize("fil", modules("schemas/", "tasks/", "flows/", "deployments/"))
def test_only_one_module_reads_the_wall_clock(fil: str) -> None:
    assert bool(clock_readings(text(ROT / fil))) == (fil == KLOKKEMODUL)


def test_the_clock_check_sees_every_way_to_read_it() -> None:
    linjer = ["datetime.now(UTC)", "datetime.datetime.now()", "date.today()", "time.time()", "naa = datetime.now"]
    assert clock_readings("\n".join([*linjer, "time.monotonic()"])) == [1, 2, 3, 4, 5]


def fixed_facts(kilde: str) -> list[object]:
    """Ages compared with and dates of the law written into code: they belong in ``data/regler``."""
    aldre = {15, 18, 21, 24}
    dato = re.compile(r"(19|20)\d\d-\d\d(-\d\d)?")
    tre = ast.parse(kilde)
    sammenligninger = [node for node in ast.walk(tre) if isinstance(node, ast.Compare)]
    sammenlignet = [n for node in sammenligninger for n in (node.left, *node.comparators)]
    tall = [n.value for n in sammenlignet if isinstance(n, ast.Constant) and type(n.value) is int and n.value in aldre]
    tekster = [n.value for n in ast.walk(tre) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return [*tall, *(tekst for tekst in tekster if dato.fullmatch(tekst))]


@pytest.mark.parametrize("fil", modules("tasks/", "flows/"))
def test_no_age_or_date_is_written_into_a_rule(fil: str) -> None:
    assert fixed_facts(text(ROT / fil)) == []


def test_the_literal_check_sees_ages_and_dates() -> None:
    assert fixed_facts("alder >= 18\nfra = '2024-08-01'\nx = 17") == [18, "2024-08-01"]


def real_ids(innhold: str) -> int:
    """How many eleven digits could be a living person's national id."""
    numre = [treff.replace(" ", "") for treff in NUMMER.findall(innhold)]
    slag = classify(pa.array(numre, pa.string()), fiktive=())
    return int(((slag == Idtype.ORDINAER) | (slag == Idtype.D_NUMMER)).sum())


def test_no_file_holds_a_national_id_that_could_be_somebodys() -> None:
    assert [str(sti.relative_to(ROT)) for sti in tracked() if real_ids(text(sti))] == []


def test_the_id_check_sees_real_forms_and_lets_synthetic_ones_be() -> None:
    from schemas.fodselsnummer import control_digits

    ekte, syntetisk = "010105501", "018105501"
    for i in range(501, 520):
        ekte, syntetisk = f"010105{i}", f"018105{i}"
        if control_digits(ekte) and control_digits(syntetisk):
            break
    ekte, syntetisk = (n + str(control_digits(n)) for n in (ekte, syntetisk))
    assert real_ids(f"nr {ekte}.") == 1
    assert real_ids(f"nr {ekte[:6]} {ekte[6:]}") == 1
    assert real_ids(f"nr {syntetisk}") == 0


def test_no_file_names_a_package_index() -> None:
    assert [str(sti.relative_to(ROT)) for sti in tracked() if PAKKEADRESSE.search(text(sti))] == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert [str(sti.relative_to(ROT)) for sti in tracked() if MASKINSTI.search(text(sti))] == []
