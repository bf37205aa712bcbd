"""How Prefect's own database is written: in turn, so that who presses a button is not turned away.

Prefect on SQLite begins a change by reading. Is something else written before the change is, SQLite refuses it at once
(``SQLITE_BUSY_SNAPSHOT``), whatever wait is set, and the server answers 503. Prefect's own clients ask again; its page
in the browser shows an error, and the run that was asked for is never made.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.database.dependencies import MODELS_DEPENDENCIES
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

SQLITE = "sqlite"


class EnOmGangen(AioSqliteConfiguration):
    """SQLite where every transaction that may write waits for its turn before it reads."""

    @asynccontextmanager
    async def begin_transaction(
        self,
        session: AsyncSession,
        with_for_update: bool = False,  # noqa: FBT001, FBT002, ARG002 Prefect's own; here the answer is always yes
    ) -> AsyncGenerator[AsyncSessionTransaction]:
        """Begin with ``BEGIN IMMEDIATE``, as Prefect itself does where it has met this."""
        async with super().begin_transaction(session, with_for_update=True) as transaksjon:
            yield transaksjon


def write_in_turn() -> None:
    """Have the server of this process write in turn; PostgreSQL does by itself."""
    adresse = PREFECT_API_DATABASE_CONNECTION_URL.value()
    if adresse.startswith(SQLITE):
        MODELS_DEPENDENCIES["database_config"] = EnOmGangen(adresse)
