"""What has changed in a CronJob."""

from dataclasses import replace

from rota.kubernetes.watching.cronjobs import followed_by, span_of
from rota.kubernetes.watching.spec_changes import changes_of
from rota.kubernetes.watching.trimming import trimmed
from support.kubernetes_objects import SLOT, cronjob

HOUR = 3600


def said(image="shop:1", **spec):
    containers = [{"name": "proxy", "image": "proxy:9"}, {"name": "rota", "image": image}]
    template = {"spec": {"template": {"spec": {"containers": containers}}, "backoffLimit": 2}}
    return trimmed(cronjob(jobTemplate=template, **spec))


def spans_of(*cronjobs):
    spans = ()
    for number, found in enumerate(cronjobs):
        spans = followed_by(spans, span_of(found, SLOT + number * HOUR))
    return spans


def changes(*cronjobs):
    return [(each.what, each.before, each.after) for each in changes_of(spans_of(*cronjobs))]


def test_what_stays_the_same_is_no_change():
    assert changes(said(), said(), said()) == []


def test_an_image_a_schedule_and_limits_change():
    assert changes(
        said(),
        said("shop:2"),
        said("shop:2", schedule="5 * * * *", suspend=True, startingDeadlineSeconds=None),
    ) == [
        ("image", "shop:1", "shop:2"),
        ("schedule", "0 * * * *", "5 * * * *"),
        ("suspended", "False", "True"),
        ("starting_deadline_seconds", "3600", None),
    ]


def test_a_change_has_the_time_at_which_it_was_seen():
    [change] = changes_of(spans_of(said(), said("shop:2")))

    assert change.at == SLOT + HOUR
    assert change.facts() == {
        "at": "2025-11-26T03:00:00Z",
        "what": "image",
        "before": "shop:1",
        "after": "shop:2",
    }


def test_one_that_was_deleted_and_made_again_is_compared_with_what_it_was():
    first = span_of(said(), SLOT)
    gone = replace(first, since=SLOT + 60.0, is_gone=True)
    back = span_of(said("shop:2", uid="other"), SLOT + 120)

    assert [each.what for each in changes_of((first, gone, back))] == ["image"]
    assert changes_of((first, gone)) == ()
