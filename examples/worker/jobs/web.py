"""Takes jobs, and tells what has become of them."""

from flask import Flask, jsonify, request

from jobs import store

app = Flask(__name__)


@app.post("/jobs")
def add():
    text = request.get_data(as_text=True)
    if not text:
        return jsonify(error="there is nothing to do"), 400
    return jsonify(number=store.put(text)), 202


@app.get("/jobs/<int:number>")
def look(number):
    found = store.get(number)
    if found is None:
        return jsonify(error="no such job"), 404
    return jsonify(done=found[1] is not None, result=found[1])
