"""Point 6: the image is built, runs as a user without rights, and accepts its tasks."""

import contextlib
import uuid
from collections.abc import AsyncIterator

from rota.ready.commands import Machine
from rota.ready.points import NotReadyError

BUILD_SECONDS = 900.0
_RUN_SECONDS = 120.0


@contextlib.asynccontextmanager
async def built(machine: Machine, service: str, arguments: tuple[str, ...]) -> AsyncIterator[str]:
    """Give the tag of an image of the project's folder; it is gone after the block.

    NotReadyError where the Dockerfile does not build.
    """
    await machine.docker()
    if not (machine.folder / "Dockerfile").is_file():
        raise NotReadyError("there is no Dockerfile")
    tag = f"{service}:ready-{uuid.uuid4().hex[:12]}"
    command = ("docker", "build", "--tag", tag, *arguments, ".")
    ended = await machine.run(*command, seconds=BUILD_SECONDS, joined=True)
    if ended.code:
        raise NotReadyError(f"docker build fails: {ended.last_words}")
    try:
        yield tag
    finally:
        # --no-prune keeps the layers: the next build is quick then.
        await machine.run("docker", "rmi", "--no-prune", "--force", tag, seconds=_RUN_SECONDS)


async def look_at_image(machine: Machine, tag: str) -> str:
    """Return what is good about the image. NotReadyError says what is not."""
    asked = ("inspect", "--format", "{{.Config.User}}", tag)
    user = (await machine.run("docker", *asked, seconds=_RUN_SECONDS)).stdout.strip()
    if user.partition(":")[0] in ("", "0", "root"):
        raise NotReadyError("the image runs as root: end its Dockerfile with a USER")
    command = ("docker", "run", "--rm", "--network=none", tag, "check", "--json")
    ended = await machine.run(*command, seconds=_RUN_SECONDS)
    if ended.code:
        raise NotReadyError(
            f"`rota check` in the image exits with {ended.code}: {ended.last_words}"
        )
    tasks = ended.answer("tasks", "`rota check` in the image")
    return f"it runs as user {user}; `rota check` accepts {', '.join(tasks)} in it"
