/** Names that messages use and that are not gunicov's own, and the words of sentences about gunicov. */

/** What follows `gunicov` where it is no command: gunicov is the subject of a sentence, say. */
export const PROSE = [
  ...[
    "asked",
    "asks",
    "does",
    "ends",
    "goes",
    "has",
    "is",
    "itself",
    "keeps",
    "knows",
    "looks",
    "may",
    "measures",
  ],
  ...["needs", "polls", "takes", "tests", "write", "again", "anew", "as", "can", "here", "in", "on", "out"],
];

/** The same for other programs. */
export const PROSE_OF_OTHERS = ["git and", "git is", "git says", "git knows", "git failed", "docker in"];

/** What messages have the reader type. */
export const PROGRAMS = [
  ...[
    "docker compose",
    "docker-compose",
    "docker compose config",
    "docker compose up",
    "docker compose build",
  ],
  ...["docker context", "docker info", "docker inspect", "docker logs", "docker start", "docker unpause"],
  ...["git diff", "git fetch", "apt-get install"],
  ...[
    "pip install coverage",
    "pip install gunicorn",
    "pip install gunicov-hook",
    "pip install pytest",
    "pip install pytest-xdist",
  ],
  "python3",
];

export const FLAGS_OF_OTHERS = [
  ...["--force-recreate", "--scale", "--services"], // docker compose
  ...["--git", "--unshallow"], // git
  "--dev", // uv add
];

export const SETTINGS_OF_OTHERS = [
  ...["mem_limit", "working_dir", "volumes", "fetch-depth"], // compose files, GitHub's workflows
  ...["max_user_instances", "max_user_watches"], // Linux
  ...["load_config", "coverage_init", "pytest_sessionfinish", "base_url"], // functions and options of the Python packages
  ...["gunicov_hook", "uvicorn_worker"], // modules
  ...["find", "collect", "id", "do"], // of docs/protocol.md
];

export const VARIABLES_OF_OTHERS = [
  ...["COMPOSE_FILE", "DOCKER_CONTEXT", "DOCKER_HOST", "COVERAGE_PROCESS_START", "GUNICORN_CMD_ARGS"],
  ...["$EDITOR", "$VISUAL", "$USER"],
];

/** Files that gunicov, pytest or the project has. */
export const FILES_OF_OTHERS = [
  ...["compose.gunicov.yaml", "gunicov.toml", "gunicov_hook.py"],
  ...["coverage.py", "conftest.py", "gunicorn.conf.py", "manage.py", "pyproject.toml", "requirements.txt"],
];
