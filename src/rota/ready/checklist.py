"""Goes through the list: each point in order, with what the later ones need of the earlier."""

import contextlib
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Any

from rota.ready import compose, image, package, stopping
from rota.ready.commands import Machine
from rota.ready.points import POINTS, NotReadyError, Verdict
from rota.ready.structure import Project, compare

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the list is tried with: `api` is a Business API, `build_arguments` are docker's."""

    api: str
    grace_seconds: float
    build_arguments: tuple[str, ...] = ()


class Checklist:
    """The list of one project, to be gone through once."""

    def __init__(self, project: Project, machine: Machine, circumstances: Circumstances) -> None:
        self._project = project
        self._machine = machine
        self._given = circumstances
        self._facts: Facts | None = None
        self._services: compose.Stack | None = None
        self._why_not_started: str | None = None
        self._resources = contextlib.AsyncExitStack()

    async def verdicts(self, chosen: Collection[int]) -> AsyncIterator[Verdict]:
        """Yield what becomes of each point; those that are not `chosen` are left out.

        NotReadyError, after the last one, where what was started could not be removed.
        """
        looks = (
            self._structure,
            self._client,
            self._scheduler,
            self._tasks,
            self._signals,
            self._image,
            self._start,
            self._schedule,
        )
        async with self._resources:
            for point, look in zip(POINTS, looks, strict=True):
                if point.number not in chosen:
                    yield Verdict(point, None, "left out")
                    continue
                try:
                    detail = await look()
                except NotReadyError as error:
                    yield Verdict(point, passed=False, detail=str(error))
                else:
                    yield Verdict(point, passed=True, detail=detail)

    async def _structure(self) -> str:
        return compare(self._project)

    async def _client(self) -> str:
        return package.judge_client(await self._looked_at(), self._project.package)

    async def _scheduler(self) -> str:
        return package.judge_scheduler(await self._looked_at())

    async def _tasks(self) -> str:
        return package.judge_tasks(await self._looked_at())

    async def _signals(self) -> str:
        return await stopping.try_signals(
            self._machine, self._project.package, self._given.api, self._given.grace_seconds
        )

    async def _image(self) -> str:
        build = image.built(self._machine, self._project.service, self._given.build_arguments)
        async with build as tag:
            return await image.look_at_image(self._machine, tag)

    async def _start(self) -> str:
        try:
            return await self._up()
        except NotReadyError as error:
            self._why_not_started = str(error)
            raise

    async def _up(self) -> str:
        planned = await self._planned()
        services = await self._resources.enter_async_context(
            compose.stack(self._machine, self._project.service, planned)
        )
        await services.start()
        told = await services.wait_until_healthy()
        self._services = services
        return told

    async def _schedule(self) -> str:
        if self._why_not_started is not None:
            raise NotReadyError(f"nothing runs: {self._why_not_started}")
        if self._services is None:
            await self._start()
        if self._services is None:  # pragma: no cover (for mypy)
            raise NotReadyError("nothing runs")
        return await compose.watch_schedule(self._services, await self._planned())

    async def _planned(self) -> dict[str, Facts]:
        planned: dict[str, Facts] = package.found(await self._looked_at(), "scheduler")["planned"]
        return planned

    async def _looked_at(self) -> Facts:
        if self._facts is None:
            self._facts = await package.look_at_package(self._machine, self._project.package)
        return self._facts
