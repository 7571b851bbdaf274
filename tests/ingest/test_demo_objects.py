"""What the demo tells of sensors, inspections and projects answers to its planted stories, the same for the same seed."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

from analytics import lead
from ingest.demo import objects
from ingest.demo.stories import plan_stories
from ingest.demo.world import build_world
from queries import registers, store
from queries.access import Access

ROWS, SEED, UNTIL = 60_000, 7, date(2024, 5, 31)


def test_the_post_at_the_embankment_knows_before_people(empty_store: Path) -> None:
    world = build_world(ROWS, SEED, UNTIL)
    stories = plan_stories(world, ROWS, UNTIL).truth
    objects.fill(world, stories, UNTIL)
    dust = date.fromisoformat(next(story["first_day"] for story in stories if story["story"] == "embankment"))
    with store.cursor() as cursor:
        told = cursor.execute("SELECT happened_at, value > 0.3, value FROM sensor_readings WHERE sensor_id = 'KGD-1'").fetchall()
        last, kinds, total = cursor.execute("SELECT max(happened_at), count(DISTINCT sensor_id), count(*) FROM sensor_readings").fetchone() or ()
    (alarm,) = lead.alarms(*zip(*told, strict=True))
    local_dawn = datetime.combine(dust, time()) - timedelta(hours=2)
    assert timedelta(hours=6) < local_dawn - alarm.start < timedelta(hours=14) and alarm.end.date() == UNTIL
    assert last.date() <= UNTIL and kinds == len(objects.POSTS) + len(objects.WORKS) and 10_000 < total < 30_000
    reader = Access.reader()
    assert set(registers.items("inspections", reader)["object"]) <= set(registers.items("objects", reader)["code"])
    projects = registers.items("projects", reader)
    roads = next(story for story in stories if story["story"] == "lipetsk_roads")
    done = projects[projects["topic_name"] == roads["topic"]]
    assert set(done["end"].dt.date) == {date.fromisoformat(roads["first_day"]) - timedelta(days=1)} and len(done) == len(roads["streets"])
    assert (projects["end"] > projects["start"]).all()


def test_the_same_seed_gives_the_same_readings() -> None:
    world = build_world(ROWS, SEED, UNTIL)

    def drawn(seed: int) -> list[objects.Record]:
        rng = objects.np.random.default_rng(seed)
        return list(objects._air(rng, world, objects.POSTS[0], UNTIL, (UNTIL - timedelta(days=8), None)))

    assert drawn(1) == drawn(1) != drawn(2)
