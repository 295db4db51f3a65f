"""Temperatures of places, and what can be said of them."""

from statistics import mean


class Readings:
    def __init__(self):
        self.places = {}

    def add(self, place, celsius):
        self.places.setdefault(place, []).append(celsius)

    def summary(self, place):
        """Lowest, highest and mean temperature; None for a place without readings."""
        found = self.places.get(place)
        if not found:
            return None
        return {"lowest": min(found), "highest": max(found), "mean": round(mean(found), 1)}


def describe(celsius):
    if celsius < 0:
        return "frost"
    if celsius < 20:
        return "mild"
    return "warm"


def fahrenheit(celsius):
    return round(celsius * 9 / 5 + 32, 1)
