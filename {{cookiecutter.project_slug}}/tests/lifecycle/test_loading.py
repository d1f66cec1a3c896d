"""A model is loaded by its name, and only if it is made of known types."""

import os
from pathlib import Path

import mlflow
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer

from {{ cookiecutter.package_name }} import lifecycle
from {{ cookiecutter.package_name }}.lifecycle import NoModelError


@pytest.mark.parametrize("alias", ["champion", "challenger", "7", "nonsense!", ""])
def test_a_model_that_is_not_there_is_told_in_one_line(alias, name):
    with pytest.raises(NoModelError, match="there is no") as error:
        lifecycle.load(name, alias)
    assert "\n" not in str(error.value)


def test_a_path_or_an_address_is_no_name_of_a_model(
    plain, register, name, shared_store, monkeypatch
):
    register(plain)
    model = next(shared_store.rglob("model.skops")).parent
    monkeypatch.setattr(lifecycle.loading, "read_estimator", pytest.fail)
    paths = (f"{model}", f"file://{model}", "../champion")
    for where in (*paths, f"runs:/{model}/model", f"models:/{name}/1", "s3://bucket/model"):
        with pytest.raises(NoModelError, match="there is no"):
            lifecycle.load(name, where)


class Malicious(LogisticRegression):
    """A pickle of it makes a file when it is loaded."""

    def __reduce__(self):
        return Path.touch, (Path("pwned"),)


@pytest.mark.parametrize(
    ("estimator", "stored_as"),
    [
        (Malicious(), {"serialization_format": "cloudpickle"}),
        (
            FunctionTransformer(os.system),
            {"serialization_format": "skops", "skops_trusted_types": ["posix.system"]},
        ),
    ],
    ids=["a pickle", "what says of itself that it is to be trusted"],
)
def test_a_model_that_may_run_code_is_told_and_not_loaded(
    plain, register, name, estimator, stored_as
):
    register(plain)
    with mlflow.start_run():
        mlflow.sklearn.log_model(
            estimator,
            name="model",
            registered_model_name=name,
            pip_requirements=[],  # or MLflow loads it in a process of its own, to see what it needs
            **stored_as,
        )
    Path("pwned").unlink(missing_ok=True)  # MLflow has loaded it too, when it was stored
    with pytest.raises(NoModelError, match="version 2 was not made by this project") as error:
        lifecycle.load(name, "2")
    assert "\n" not in str(error.value)
    assert not Path("pwned").exists()


def test_types_that_moved_between_versions_of_a_library_are_told_with_both_versions(
    trained, register, name, monkeypatch
):
    register(trained)
    known = [known for known in lifecycle.TRUSTED if "TreePredictor" not in known]
    monkeypatch.setattr(lifecycle.loading, "TRUSTED", known)
    with pytest.raises(lifecycle.UnusableModelError, match=r"types of scikit-learn") as error:
        lifecycle.load(name, "1")
    told = str(error.value)
    assert "unknown at version " in told
    assert "trained with scikit-learn==" in told
    assert "Train again" in told
    assert "\n" not in told


def test_a_file_that_the_installed_libraries_cannot_load_is_told(plain, register, name, store):
    register(plain)
    next(store.rglob("model.skops")).write_bytes(b"of another version")
    with pytest.raises(lifecycle.UnusableModelError, match="cannot be loaded") as error:
        lifecycle.load(name, "1")
    assert "\n" not in str(error.value)
