"""A browser says that it wants to be woken, or no longer."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from veche import clock
from veche.core.notices import operations
from veche.core.notices.operations.pushing import PushRefused
from veche.core.notices.views.common import sign_in
from veche.core.organisations.middleware import asker

LARGEST = 4_000


@never_cache
@require_POST
def device(request: HttpRequest) -> HttpResponse:
    """Take the subscription a browser has made (JSON), or forget all devices (a form)."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    at = clock.now()
    if request.content_type != "application/json":
        operations.remove_devices(by=person, at=at)
        return HttpResponseRedirect(reverse("notices:settings"))
    try:
        body = json.loads(request.body[:LARGEST])
        endpoint, keys = body["endpoint"], body.get("keys") or {}
        wake = body.get("wake", True)
        p256dh, auth = str(keys.get("p256dh", "")), str(keys.get("auth", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PushRefused from error
    if not isinstance(endpoint, str) or "\x00" in endpoint:
        raise PushRefused
    if wake:
        operations.add_device(by=person, at=at, endpoint=endpoint, p256dh=p256dh, auth=auth)
    else:
        operations.remove_devices(by=person, at=at, endpoint=endpoint)
    return JsonResponse({"wake": bool(wake)})
