"""Readings in, summaries out. A request carries all readings: two workers share nothing."""

import asyncio

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from weather.readings import Readings, describe, fahrenheit

app = FastAPI()


class Reading(BaseModel):
    place: str
    celsius: float = Field(ge=-100, le=100)


@app.get("/describe/{celsius}")
async def described(celsius: float, unit: str = "c"):
    await asyncio.sleep(0)
    if unit not in ("c", "f"):
        raise HTTPException(400, f"there is no unit {unit}")
    return {"says": describe(celsius), "value": fahrenheit(celsius) if unit == "f" else celsius}


@app.post("/summary/{place}")
def summary(place: str, given: list[Reading]):
    readings = Readings()
    for reading in given:
        readings.add(reading.place, reading.celsius)
    found = readings.summary(place)
    if found is None:
        raise HTTPException(404, f"no readings of {place}")
    return found
