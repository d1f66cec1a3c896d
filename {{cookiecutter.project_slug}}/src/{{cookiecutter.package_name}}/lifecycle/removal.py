"""Removal of old versions of a model, with their files and holdouts."""

from typing import Any

from .promotion import BEFORE
from .store import CHALLENGER, find, find_champion, open_store


def delete_old(name: str, keep: int) -> list[str]:
    """Delete all but the newest versions of a model, and the artifacts of their runs.

    The champion, the champion before it and the challenger are kept, however old.

    Args:
        name: of the model.
        keep: how many of the newest versions to keep, those three among them.

    Returns:
        The versions that were deleted, the oldest first.

    Raises:
        NoModelError: when there is no such model.
    """
    client = open_store()
    versions = sorted(client.search_model_versions(f"name = '{name}'"), key=_number)
    champion = find_champion(client, name)
    kept = {_number(version) for version in versions[-keep:]}
    kept.add(_number(find(client, name, CHALLENGER)))
    if champion:
        kept.add(_number(champion))
        kept.add(int(champion.tags.get(BEFORE) or champion.version))
    old = [version for version in versions if _number(version) not in kept]
    for version in old:
        _delete(client, version)
    return [str(version.version) for version in old]


def _number(version: Any) -> int:
    return int(version.version)


def _delete(client: Any, version: Any) -> None:
    """Delete a version, its files first: if this fails, the next removal tries again."""
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    run = client.get_run(version.run_id)
    models = [output.model_id for output in run.outputs.model_outputs] if run.outputs else []
    located = [client.get_logged_model(model).artifact_location for model in models]
    for place in (run.info.artifact_uri, *located):
        repository: Any = get_artifact_repository(place)
        repository.delete_artifacts()
    for model in models:
        client.delete_logged_model(model)
    client.delete_model_version(version.name, version.version)
    client.delete_run(version.run_id)
