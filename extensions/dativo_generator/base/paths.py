"""Where things are in a destination: the names by which every part of the pack finds them."""

# Every scaffold has one at the root of its destination.
ANSWERS_FILES = ".copier-answers.*.yml"
# What stands beside it where its fields are many: no name that Copier, Renovate or a pattern above takes for an answers
# file.
FIELDS_FILES = ".dativo-fields.*.yml"
# What a tenant, or with this name a whole organisation, answers to every scaffold. No tenant's begins with "_".
PROFILES = "profiles"
ORGANISATION = "_organisation"
# Invented rows, beside the test that the scaffolds with fixtures share; and that test's text in the pack.
FIXTURES = "tests/fixtures"
FIXTURES_TEST = f"{FIXTURES}/test_dativo_fixtures.py"
FIXTURES_TEST_SOURCE = "template/{% if plan.fixtures %}tests{% endif %}/fixtures/test_dativo_fixtures.py"
# Settings of a repository for the pack's commands. Written by hand, and by nobody else.
SETTINGS = ".dativo.yml"
# The CI that a destination can have, and the file that runs it.
CI_FILES = {"github": ".github/workflows/dativo.yml", "gitlab": ".gitlab/dativo.yml"}
# What the jobs of each scaffold read from the environment, by tenant; and the end of each file's name.
VARIABLES = "variables"
ENV_EXAMPLE = ".env.example"


def answers_file_of(tenant: str, scaffold: str) -> str:
    """Return the answers file of a scaffold."""
    return f".copier-answers.{tenant}.{scaffold}.yml"


def fields_file_of(tenant: str, scaffold: str) -> str:
    """Return the file that the fields of a scaffold stand in where they are too many for its answers file."""
    return f".dativo-fields.{tenant}.{scaffold}.yml"


def env_example_of(tenant: str, scaffold: str, environment: str = "") -> str:
    """Return the file that lists the variables of a scaffold's jobs, of those of one environment where it is said."""
    return "/".join(filter(None, (VARIABLES, tenant, environment, f"{scaffold}{ENV_EXAMPLE}")))


def profile_of(name: str) -> str:
    """Return the profile of a tenant, or of the organisation."""
    return f"{PROFILES}/{name}.yml"
