"""Words over HTTP, as an ASGI app."""

from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from app import words


async def count(request):
    return JSONResponse(words.count((await request.body()).decode()))


async def longest(request):
    try:
        return JSONResponse({"longest": words.longest((await request.body()).decode())})
    except ValueError as error:
        return JSONResponse({"error": str(error)}, status_code=400)


async def lines(request):
    async def stream():
        for number in range(int(request.path_params["number"])):
            yield f"line {number}\n"

    return StreamingResponse(stream())


@asynccontextmanager
async def lifespan(app):
    app.state.ready = True
    yield
    app.state.ready = False


app = Starlette(
    routes=[
        Route("/count", count, methods=["POST"]),
        Route("/longest", longest, methods=["POST"]),
        Route("/lines/{number:int}", lines),
    ],
    lifespan=lifespan,
)
