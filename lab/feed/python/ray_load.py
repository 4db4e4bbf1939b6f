"""Work for the feed's Ray: tasks that end well, fail and wait, actors, objects, and a model behind Ray Serve that is asked.

RAY_ADDRESS names the cluster, SERVE_HOST the address on which Serve listens.
"""

import logging
import os
import threading
import time
import urllib.error
import urllib.request

import ray
from ray import serve

host = os.environ["SERVE_HOST"]
port = 8000
ray.init(logging_level=logging.WARNING)


@ray.remote(num_cpus=0.1)
def features(number):
    time.sleep(0.2)
    return number


@ray.remote(num_cpus=0.1, max_retries=0)
def broken():
    raise ValueError("no such feature")


@ray.remote(resources={"TPU": 1})
def waiting():
    return None


@ray.remote(num_cpus=0)
class Cache:
    def hold(self):
        return os.getpid()

    def die(self):
        os._exit(1)


@serve.deployment(num_replicas=1, max_ongoing_requests=2, ray_actor_options={"num_cpus": 0.1})
class Model:
    def __call__(self, request):
        if "broken" in request.query_params:
            raise RuntimeError("the model does not know this input")
        time.sleep(float(request.query_params.get("seconds", "0.05")))
        return "42"


def ask():
    turn = 0
    while True:
        turn += 1
        query = "broken=1" if turn % 25 == 0 else "seconds=0.6" if turn % 9 == 0 else "seconds=0.04"
        try:
            urllib.request.urlopen(f"http://{host}:{port}/price?{query}", timeout=10).read()
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.3)


serve.start(http_options={"host": host, "port": port})
serve.run(Model.bind(), name="price", route_prefix="/price")
for _ in range(3):
    threading.Thread(target=ask, daemon=True).start()

pending = waiting.remote()
held = [ray.put(bytes(8_000_000)) for _ in range(3)]
cache = Cache.remote()
ray.get(cache.hold.remote())
print("ready", flush=True)
turn = 0
while True:
    turn += 1
    ray.get([features.remote(number) for number in range(4)])
    if turn % 5 == 1:
        try:
            ray.get(broken.remote())
        except ray.exceptions.RayError:
            pass
        doomed = Cache.remote()
        doomed.die.remote()
    time.sleep(2)
