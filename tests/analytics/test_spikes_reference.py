"""The replica of R's method against runs of R, and the detector against the replica."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics import spikes
from bench import worlds
from bench.farrington import farrington_flexible

DATA = Path(__file__).parents[1] / "data"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def counts_of(frame: pd.DataFrame) -> np.ndarray:
    return frame.filter(regex=r"^w\d+$").to_numpy(np.int64)


def test_replica_gives_what_r_gave_on_eight_series() -> None:
    counts, r = pd.read_csv(DATA / "farrington_counts.csv"), pd.read_csv(DATA / "farrington_r.csv")
    weeks = np.sort(r["week0"].unique())
    ours = farrington_flexible(counts_of(counts), weeks)
    wide = r.pivot(index="series", columns="week0").loc[counts["series"]]
    assert np.abs(ours.p_value - wide["pvalue"].to_numpy()).max() < 1e-4
    told = wide["expected"].notna().to_numpy()
    np.testing.assert_allclose(ours.expected[told], wide["expected"].to_numpy()[told], rtol=1e-4)
    np.testing.assert_allclose(ours.dispersion, wide["phi"].to_numpy(), rtol=1e-3)
    assert (ours.alarm == (wide["alarm"].to_numpy() == 1)).all() and ours.alarm.any()


@pytest.mark.real_data
@pytest.mark.skipif(not (SHARED / "spikes-oracle").exists(), reason="the stored runs of R are not part of the project")
def test_replica_gives_what_r_gave_on_every_stored_series() -> None:
    counts, r = pd.read_csv(SHARED / "spikes-oracle" / "sim84_counts.csv"), pd.read_csv(SHARED / "spikes-oracle" / "sim84_R_alarms.csv")
    weeks = np.arange(575, 624, 4)
    r = r[(r["method"] == "noufaily") & r["week0"].isin(weeks)]
    wide = r.pivot(index=["series", "variant"], columns="week0").loc[list(zip(counts["series"], counts["variant"], strict=True))]
    ours = farrington_flexible(counts_of(counts), weeks)
    assert np.abs(ours.p_value - wide["pvalue"].to_numpy()).max() < 1e-4
    assert (ours.alarm == (wide["alarm"].to_numpy() == 1)).all()


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["h1_nrwrp", "ha", "hepatitisA", "k1", "m1", "m2"])
def test_replica_gives_what_r_gave_on_real_series(name: str) -> None:
    folder = SHARED / "surveillance-r"
    if not folder.exists():
        pytest.skip("the stored runs of R are not part of the project")
    counts, r = pd.read_csv(folder / f"{name}.csv")["observed"].to_numpy(np.int64), pd.read_csv(folder / f"{name}_alarms.csv")
    for method, alpha in (("noufaily", 0.005), ("noufaily_a05", 0.05)):
        theirs = r[r["method"] == method]
        ours = farrington_flexible(counts[None], theirs["t"].to_numpy() - 1, years=4 if name == "ha" else 2, alpha=alpha)
        assert np.abs(ours.p_value[0] - theirs["pvalue"].to_numpy()).max() < 1e-4
        assert (ours.alarm[0] == (theirs["alarm"].to_numpy() == 1)).all()


def test_the_detector_finds_more_than_r_at_the_same_rate_of_false_alarms() -> None:
    world = worlds.weekly(4, seed=404)
    dates = worlds.FIRST_WEEK + 7 * np.arange(worlds.WEEKS)
    weeks = range(worlds.CURRENT, worlds.WEEKS, 2)
    spiked = world.spiked.copy()
    found = {}
    for name, p_of in {
        "r": lambda y, k: farrington_flexible(y, np.array([k])).p_value[:, 0],
        "ours": lambda y, k: spikes.score(y[:, : k + 1], dates[: k + 1], frequency="W", last=1).p_value[:, 0],
    }.items():
        clean, now = (
            np.column_stack([np.where(y[:, k - 3 : k + 1].sum(axis=1) >= 5, p_of(y, k), 1) for k in weeks]) for y in (world.clean, spiked)
        )
        during = (np.array(weeks) >= world.first[:, None]) & (np.array(weeks) <= world.last[:, None])
        threshold = np.sort(clean, axis=None)[int(0.01 * clean.size)]
        found[name] = ((now <= threshold) & during).any(axis=1)[(world.size >= 2) & during.any(axis=1)].mean()
        assert np.mean(clean <= 0.005) < 0.009
    assert found["ours"] > found["r"] + 0.02
