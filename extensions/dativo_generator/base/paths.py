"""Where things are in a destination: the paths that every part of the pack uses."""

# Every scaffold has an answers file in the root of its destination.
ANSWERS_FILES = ".copier-answers.*.yml"
# Holds the fields of a scaffold that has many. Copier, Renovate and the pattern above do not take its name for that of
# an answers file.
FIELDS_FILES = ".dativo-fields.*.yml"
# The answers that a tenant, or the whole organisation, gives for every scaffold. No tenant begins with "_".
PROFILES = "profiles"
ORGANISATION = "_organisation"
# The folder of invented rows; the test there, which all scaffolds with fixtures share; and its source in the pack.
FIXTURES = "tests/fixtures"
FIXTURES_TEST = f"{FIXTURES}/test_dativo_fixtures.py"
FIXTURES_TEST_SOURCE = "template/{% if plan.fixtures %}tests{% endif %}/fixtures/test_dativo_fixtures.py"
# A repository's settings for the pack's commands. People write this file; the pack never does.
SETTINGS = ".dativo.yml"
# The CI systems that a destination can have, and the file of each.
CI_FILES = {"github": ".github/workflows/dativo.yml", "gitlab": ".gitlab/dativo.yml"}
# The folder of the files that list the environment variables of each scaffold's jobs, by tenant; and their suffix.
VARIABLES = "variables"
ENV_EXAMPLE = ".env.example"
# How the names of temporary folders begin, which are gone when a command ends.
TEMPORARY = "dativo-generator-"


def answers_file_of(tenant: str, scaffold: str) -> str:
    """Return the path of the answers file of a scaffold."""
    return f".copier-answers.{tenant}.{scaffold}.yml"


def fields_file_of(tenant: str, scaffold: str) -> str:
    """Return the path of the file that holds a scaffold's fields when its answers file would grow too long."""
    return f".dativo-fields.{tenant}.{scaffold}.yml"


def env_example_of(tenant: str, scaffold: str, environment: str = "") -> str:
    """Return the path of the file that lists the variables of a scaffold's jobs, in one environment or in all."""
    return "/".join(filter(None, (VARIABLES, tenant, environment, f"{scaffold}{ENV_EXAMPLE}")))


def profile_of(name: str) -> str:
    """Return the path of the profile of a tenant, or of the organisation."""
    return f"{PROFILES}/{name}.yml"
