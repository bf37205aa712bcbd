"""Holding a frame against its schema between two steps: what does not fit is a fault of ours, told without a value."""

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from tasks.feil import ProgramFeil


def conform(skjema: type[pa.DataFrameModel], ramme: pd.DataFrame) -> pd.DataFrame:
    """Return the frame where it is what the schema says; ProgramFeil naming the columns and checks where it is not."""
    try:
        return skjema.validate(ramme, lazy=True)
    except SchemaErrors as feil:
        hva = sorted({f"{enkelt.schema.name}: {enkelt.reason_code.name}" for enkelt in feil.schema_errors})
    raise ProgramFeil(f"rammen er ikke {skjema.__name__} ({', '.join(hva)})")
