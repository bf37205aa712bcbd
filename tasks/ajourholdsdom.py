"""The judgement: Great Expectations holds the frame against the rules, and says which rows break which.

Great Expectations is imported when asked, never before: it takes seconds. What is kept of its answer is whether each
rule held (``BOOLEAN_ONLY``); the rows that break one are places in the frame, never a value.
"""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from schemas.ajourhold import Alvorlighet, Funn, Regel
from tasks.feil import ProgramFeil

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite, ExpectationSuiteValidationResult

RAD: Final = "rad"
NAVN: Final = "ajourhold"
JA_ELLER_NEI: Final = "BOOLEAN_ONLY"
HVILKE: Final = {
    "result_format": "COMPLETE",
    "exclude_unexpected_values": True,
    "unexpected_index_column_names": [RAD],
    "return_unexpected_index_query": False,
    "partial_unexpected_count": 0,
}
"""Which rows, and no value of any of them; it is asked for in memory and never kept."""
ALVORLIGHET: Final[dict[Alvorlighet, Any]] = {
    Alvorlighet.STOPPER: "critical",
    Alvorlighet.FEIL: "warning",
    Alvorlighet.VARSEL: "info",
}


@dataclass(frozen=True)
class Dom:
    """What the rules found, in their order, and Great Expectations' own result with nothing but yes and no in it."""

    funn: tuple[Funn, ...]
    resultat: "ExpectationSuiteValidationResult"


def judge(ramme: pd.DataFrame, regler: list[Regel]) -> Dom:
    """Hold each row of ``ramme`` (``Ajourholdsramme``) against each rule, and ask which rows break the broken ones.

    ProgramFeil names the rules that could not be asked: a rule that fails to answer has not been kept.
    """
    alle = _batch(ramme.set_axis(pd.RangeIndex(len(ramme), name=RAD)))
    resultat = alle.validate(_suite(regler), result_format=JA_ELLER_NEI)
    brutte = {kode for kode, svar in _answers(regler, resultat).items() if not svar.success}
    rader = _rows(alle, [regel for regel in regler if regel.kode in brutte])
    av = ramme.notna().sum()
    resultat.meta = {}
    return Dom(tuple(Funn(regel, rader.get(regel.kode, ()), int(av[regel.kolonne])) for regel in regler), resultat)


def _rows(alle: Any, regler: list[Regel]) -> dict[str, tuple[int, ...]]:  # noqa: ANN401 GX' own type
    """Return the places in the frame of the rows that break each of the rules, none of which is kept by all."""
    if not regler:
        return {}
    svar = _answers(regler, alle.validate(_suite(regler), result_format=HVILKE))
    rader = {
        kode: tuple(sorted(rad for del_ in enkelt.result["unexpected_index_list"] for rad in del_[RAD]))
        for kode, enkelt in svar.items()
    }
    if gale := [
        kode for kode, funnet in rader.items() if len(funnet) != svar[kode].result["unexpected_count"] or not funnet
    ]:
        raise ProgramFeil(f"reglene har ikke like mange rader som funn: {', '.join(gale)}")
    return rader


def _answers(regler: list[Regel], resultat: "ExpectationSuiteValidationResult") -> dict[str, Any]:
    """Return code → the rule's answer, in the rules' order; ProgramFeil where one of them has none."""
    svar = {enkelt.expectation_config.meta["kode"]: enkelt for enkelt in resultat.results if enkelt.expectation_config}
    if stumme := [regel.kode for regel in regler if regel.kode not in svar or _has_failed(svar[regel.kode])]:
        raise ProgramFeil(f"reglene kunne ikke kontrolleres: {', '.join(stumme)}")
    return {regel.kode: svar[regel.kode] for regel in regler}


def _has_failed(enkelt: Any) -> bool:  # noqa: ANN401 GX' own type
    """Tell whether an exception came in the way of the answer, which Great Expectations then tells as a rule broken."""
    unntak = enkelt.exception_info or {}
    alle = [unntak] if "raised_exception" in unntak else list(unntak.values())
    return any(ett.get("raised_exception") for ett in alle)


def _batch(ramme: pd.DataFrame) -> Any:  # noqa: ANN401 GX' own type
    """Return the frame as Great Expectations takes it: in memory, with no place to store anything and no telling."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    import great_expectations as gx  # noqa: PLC0415 slow
    from great_expectations.data_context.types.base import (  # noqa: PLC0415
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    kontekst = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        ),
    )
    kilde = kontekst.data_sources.add_pandas("register").add_dataframe_asset("ungdom")
    return kilde.add_batch_definition_whole_dataframe("alle").get_batch({"dataframe": ramme})


def _suite(regler: list[Regel]) -> "ExpectationSuite":
    """Return the rules as a suite: each an expectation with the county's words, severity and ground."""
    import great_expectations as gx  # noqa: PLC0415 slow
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration  # noqa: PLC0415

    forventninger = [
        ExpectationConfiguration(
            type=regel.forventning,
            kwargs={"column": regel.kolonne} | regel.argumenter,
            description=regel.tekst,
            severity=ALVORLIGHET[regel.alvorlighet],
            meta={
                "kode": regel.kode,
                "alvorlighet": regel.alvorlighet.value,
                "eier": regel.eier,
                "hjemmel": regel.hjemmel,
                "vedtak": regel.vedtak,
            },
        ).to_domain_obj()
        for regel in regler
    ]
    return gx.ExpectationSuite(NAVN, expectations=forventninger)
