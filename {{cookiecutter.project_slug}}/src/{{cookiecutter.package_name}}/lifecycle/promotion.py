"""Promotion: the challenger becomes the champion, and back."""

from .store import CHALLENGER, CHAMPION, NoModelError, find, find_champion, open_store

BEFORE = "champion_before"
"""The tag of a version that was made champion, naming the one that it took over from."""


def promote(name: str) -> str:
    """Make the challenger the champion.

    Returns:
        Its version.
    """
    client = open_store()
    challenger = find(client, name, CHALLENGER)
    before = find_champion(client, name)
    client.set_model_version_tag(name, challenger.version, BEFORE, before.version if before else "")
    client.set_registered_model_alias(name, CHAMPION, challenger.version)
    return str(challenger.version)


def roll_back(name: str) -> tuple[str, str]:
    """Make the champion before this one the champion again.

    Returns:
        The versions that is no longer champion, and that is again.

    Raises:
        NoModelError: when there is no champion, or was none before it.
    """
    client = open_store()
    champion = find(client, name, CHAMPION)
    before = champion.tags.get(BEFORE)
    if not before:
        raise NoModelError(
            f"model {name}: version {champion.version} is the first champion; there is none before "
            "it to return to."
        )
    client.set_registered_model_alias(name, CHAMPION, before)
    return str(champion.version), str(before)
