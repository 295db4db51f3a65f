# Sourced by bin/setup: the demo's containers.

readonly own_base_image=gunicov-base:debian # made by .ci/engine

# Whether there is a Docker engine to talk to.
engine_answers() {
    docker version --format '{{.Server.Version}}' >/dev/null 2>&1
}

# The image to build on: the caller's choice, else ours where it was made, else compose's default.
base_image() {
    if [[ -n ${BASE_IMAGE:-} ]]; then
        echo "$BASE_IMAGE"
    elif docker image inspect "$own_base_image" >/dev/null 2>&1; then
        echo "$own_base_image"
    fi
}

# Compose would take the directory's name, which two clones may share.
compose_project() { echo "gunicov-demo-$(echo "$root" | cksum | cut -d ' ' -f 1)"; }

# Compose, v2 or v1, on our docker-compose.yaml, in test mode unless GUNICOV says otherwise.
compose() (
    cd "$root" || exit
    export BASE_IMAGE GUNICOV=${GUNICOV:-1} GUNICOV_DEMO_INPUTS COMPOSE_PROJECT_NAME
    COMPOSE_PROJECT_NAME=$(compose_project)
    BASE_IMAGE=$(base_image)
    GUNICOV_DEMO_INPUTS=$(demo_inputs)
    if docker compose version >/dev/null 2>&1; then
        docker compose "$@"
    elif command -v docker-compose >/dev/null; then
        docker-compose "$@"
    else
        fail "neither docker compose nor docker-compose is installed" "Install one of them."
    fi
)

# Builds the demo's image, if what goes into it has changed, and starts its containers.
demo_up() { locked start_demo; }

demo_down() { quietly compose down --timeout 3; }

demo_is_up() { [[ -n $(compose ps -q server 2>/dev/null) ]]; }

# The tag is a sum of all that goes into the image: an image of that name is up to date, whichever
# clone made it.
build_demo() {
    docker image inspect "gunicov-demo:$(demo_inputs)" >/dev/null 2>&1 && return
    say "building the demo's image"
    quietly compose build server
}

start_demo() {
    build_demo || return
    say "starting the demo's containers"
    quietly compose up -d --timeout 3
}

# What .dockerignore lets through, the Dockerfile, the base.
demo_inputs() (
    cd "$root" || exit
    {
        base_image
        docker image inspect --format '{{.Id}}' "$(base_image)" 2>/dev/null
        # shellcheck disable=SC2046
        find demo/Dockerfile $(sed -n 's/^!//p' .dockerignore) -type f ! -name '*.pyc' -print0 | sort -z | xargs -0 cat
    } | cksum | tr ' ' -
)
