"""The sandbox's own paths, under `/_sandbox`: what is true, what happens, what goes wrong."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Mount, Route

from analytics_sandbox.wire import decode, encode

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request as HttpRequest

    from analytics_sandbox.faults import Faults
    from analytics_sandbox.manners import Manners
    from analytics_sandbox.recording import Request
    from analytics_sandbox.world import World


class Control:
    """Does over HTTP what the Python handle does.

    Args:
        world: The living data.
        manners: The switches of the services.
        faults: What goes wrong.
        requests: The requests that came in.
    """

    def __init__(self, world: World, manners: Manners, faults: Faults, requests: list[Request]) -> None:
        self._world = world
        self._manners = manners
        self._faults = faults
        self._requests = requests

    def mount(self) -> Mount:
        """All paths."""
        world = self._world
        truths: dict[str, Callable[..., Any]] = {
            **{name: partial(world.rows, name) for name in world.tables.makers},
            "subscription/account": lambda: world.account("subscription"),
            "subscription/counts": world.counts,
            "subscription/metric": world.metric,
            "subscription/plan_group_plans": world.plan_group_plans,
            "support/account": lambda: world.account("support"),
            "support/custom_fields": world.custom_fields,
            "support/customer_custom_fields": world.customer_custom_fields,
            "support/views_items": world.views_items,
        }
        verbs: dict[str, Callable[..., Any]] = {
            "add_customers": world.add_customers,
            "update_customer": world.update_customer,
            "delete_customer": world.delete_customer,
            "add_activities": world.add_activities,
            "restate_activity": world.restate_activity,
            "reissue_activity": world.reissue_activity,
            "delete_activity": world.delete_activity,
            "add_custom_fields": world.add_custom_fields,
            "archive_custom_field": world.archive_custom_field,
            "delete_custom_field": world.delete_custom_field,
            "change_row": world.change_row,
            "delete_row": world.delete_row,
            "add_tickets": world.add_tickets,
            "close_ticket": world.close_ticket,
            "reopen_ticket": world.reopen_ticket,
            "answer_survey": world.answer_survey,
            "open_message": world.open_message,
            "archive_macro": world.archive_macro,
            "evolve": world.evolve,
            "advance": lambda seconds: world.advance(timedelta(seconds=seconds)).isoformat(),
            "faults": lambda **words: asdict(self._faults.add(**words)),
            "latency": self._set_latency,
        }
        return Mount(
            "/_sandbox",
            routes=[
                Route("/", _asked(lambda: {"truth": list(truths), "verbs": list(verbs)}), methods=["GET"]),
                *(Route(f"/truth/{name}", _asked(tell), methods=["GET"]) for name, tell in truths.items()),
                *(Route(f"/{name}", _told(do), methods=["POST"]) for name, do in verbs.items()),
                Route("/faults", _told(self._faults.clear), methods=["DELETE"]),
                Route("/requests", _asked(lambda: [asdict(one) for one in list(self._requests)]), methods=["GET"]),
                Route("/requests", _told(self._requests.clear), methods=["DELETE"]),
            ],
        )

    def _set_latency(self, seconds: float) -> None:
        self._manners.latency = float(seconds)


def _asked(tell: Callable[..., Any]) -> Callable[[HttpRequest], Awaitable[Response]]:
    async def respond(request: HttpRequest) -> Response:
        return _done(tell, dict(request.query_params))

    return respond


def _told(do: Callable[..., Any]) -> Callable[[HttpRequest], Awaitable[Response]]:
    async def respond(request: HttpRequest) -> Response:
        try:
            words = decode(await request.body() or b"{}")
        except ValueError:
            words = None
        if not isinstance(words, dict):
            return _response(400, {"error": "the body is no JSON object"})
        return _done(do, words)

    return respond


def _done(do: Callable[..., Any], words: dict[str, Any]) -> Response:
    try:
        return _response(200, do(**words))
    except KeyError as error:
        return _response(404, {"error": f"there is no {error}"})
    except (TypeError, ValueError) as error:
        return _response(400, {"error": str(error)})


def _response(status: int, body: Any) -> Response:  # noqa: ANN401 - JSON is anything
    return Response(encode(body), status, media_type="application/json")
