"""Tasks of the feed's Celery: quick and slow ones, some that fail, some that are tried again; and who asks for them.

Run as a program it asks for tasks without end. CELERY_BROKER names the broker, as redis://10.0.0.80:6380/0.
"""

import os
import random
import time

from celery import Celery

broker = os.environ["CELERY_BROKER"]
app = Celery("tasks", broker=broker, backend=broker)
app.conf.update(
    task_send_sent_event=True,
    worker_send_task_events=True,
    task_track_started=True,
    task_routes={"tasks.report": {"queue": "reports"}},
)


@app.task(name="tasks.price")
def price():
    time.sleep(random.uniform(0.02, 0.3))


@app.task(name="tasks.report")
def report():
    time.sleep(4)


@app.task(name="tasks.charge")
def charge():
    if random.random() < 0.4:
        raise ValueError("the card was refused")


@app.task(name="tasks.notify", bind=True, max_retries=1, default_retry_delay=1)
def notify(self):
    if random.random() < 0.7:
        raise self.retry(exc=ConnectionError("nobody answers"))


if __name__ == "__main__":
    turn = 0
    while True:
        turn += 1
        price.delay()
        if turn % 5 == 0:
            report.delay()
        if turn % 10 == 0:
            charge.delay()
        if turn % 8 == 0:
            notify.delay()
        if turn % 40 == 0:
            revoked = price.apply_async(countdown=30)
            revoked.revoke()
        time.sleep(0.5)
