"""One bucket of an S3-compatible storage: putting, trying and deleting single objects.

obstore signs; the requests themselves go the way of all others (proxy, trusted authorities, caps, mapped errors), so
that no second HTTP stack with rules of its own is at work. Nothing here is taken from the environment or from
another program's configuration.
"""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

import httpx

from overscan.core.failures import AnswerLost, ConfigProblem, NotSent, OverscanError, ServiceRefusal
from overscan.core.text import tr
from overscan.engine.pacing import back_off
from overscan.engine.settings import HostingSettings
from overscan.engine.transport import CONNECT_TIMEOUT_S, Upload, mapped_errors

if TYPE_CHECKING:
    from obstore.store import S3Credential

_Method = Literal["PUT", "GET", "DELETE"]
_ATTEMPTS: Final = 4
_OWN_LIFE_S: Final = 900
"""How long the URLs are good by which we ourselves put and delete, in seconds."""
LONGEST_LIFE_S: Final = 604_800
"""Signature version 4 allows no more."""
_SLOWEST_UPLOAD: Final = 50_000
_ANSWER_S: Final = 30.0
_ANSWER_CAP: Final = 65_536
_DEFAULT_REGION: Final = "us-east-1"
_CODE: Final = re.compile(rb"<Code>([A-Za-z0-9.]{1,64})</Code>")


class Bucket:
    """Puts, tries and deletes objects of one bucket."""

    def __init__(self, hosting: HostingSettings, client: httpx.AsyncClient, retry_base_s: float) -> None:
        self._hosting = hosting
        self._client = client
        self._retry_base_s = retry_base_s

    async def put(self, secret: str, name: str, upload: Upload) -> None:
        """Put the file there under ``name``.

        Raises ``ConfigProblem``, ``ServiceRefusal``, ``NotSent`` or ``AnswerLost``.
        """
        headers = {"content-type": upload.format.content_type, "cache-control": "private, no-store"}
        status, code = await self._ask("PUT", secret, name, headers, upload.data)
        if status != 200:
            raise self._refused(status, code)

    async def link(self, secret: str, name: str, life_s: float) -> str:
        """A URL by which anybody can read the object for ``life_s`` seconds; tried before it is given away.

        Raises as :meth:`put`.
        """
        status, code = await self._ask("GET", secret, name, {"range": "bytes=0-0"})
        if status not in (200, 206):
            raise self._refused(status, code)
        return await self._signed("GET", secret, name, life_s)

    async def delete(self, secret: str, name: str) -> None:
        """Delete the object; one that is not there counts as deleted. Raises as :meth:`put`."""
        status, code = await self._ask("DELETE", secret, name)
        if status not in (200, 204, 404):
            raise self._refused(status, code)

    async def _ask(
        self, method: _Method, secret: str, name: str, headers: dict[str, str] | None = None, data: bytes | None = None
    ) -> tuple[int, str]:
        """The status and the error's code; all three methods are free and can be repeated without harm."""
        url = await self._signed(method, secret, name, _OWN_LIFE_S)
        for attempt in range(_ATTEMPTS):
            last = attempt == _ATTEMPTS - 1
            try:
                status, code = await self._once(method, url, headers, data)
            except NotSent as error:
                if last:
                    raise NotSent(
                        tr("Your bucket's endpoint {endpoint} cannot be reached.", endpoint=self._hosting.endpoint),
                        tr(
                            "Check hosting.endpoint in the settings, the network and the proxy. "
                            "Nothing was sent to the service."
                        ),
                    ) from error
            except AnswerLost as error:
                if last:
                    raise AnswerLost(
                        tr("Your bucket's endpoint {endpoint} does not answer.", endpoint=self._hosting.endpoint),
                        tr("Nothing was sent to the service. Try again later."),
                        kind=error.failure.kind,
                    ) from error
            else:
                if last or (status < 500 and status != 429):
                    return status, code
            await asyncio.sleep(back_off(attempt, base_s=self._retry_base_s))
        raise AssertionError("the last attempt returns or raises")

    async def _once(
        self, method: _Method, url: str, headers: dict[str, str] | None, data: bytes | None
    ) -> tuple[int, str]:
        request = self._client.build_request(
            method, url, headers=headers, content=data, timeout=httpx.Timeout(_ANSWER_S, connect=CONNECT_TIMEOUT_S)
        )
        with mapped_errors():
            async with asyncio.timeout(CONNECT_TIMEOUT_S + _ANSWER_S + len(data or b"") / _SLOWEST_UPLOAD):
                response = await self._client.send(request, stream=True)
                try:
                    body = b""
                    async for chunk in response.aiter_raw():
                        body += chunk
                        if len(body) > _ANSWER_CAP:
                            break
                finally:
                    await response.aclose()
        found = _CODE.search(body)
        return response.status_code, found[1].decode() if found else ""

    async def _signed(self, method: _Method, secret: str, name: str, life_s: float) -> str:
        return await asyncio.to_thread(_sign, self._hosting, secret, method, name, min(life_s, LONGEST_LIFE_S))

    def _refused(self, status: int, code: str) -> OverscanError:
        hosting = self._hosting
        said = code or str(status)
        if code == "RequestTimeTooSkewed":
            return ConfigProblem(
                tr("Your bucket refused the request, since this machine's clock is wrong."),
                tr("Set the clock."),
                code=said,
            )
        if code in ("InvalidAccessKeyId", "SignatureDoesNotMatch"):
            return ConfigProblem(
                tr("Your bucket does not know the access key or its secret."),
                tr("Check hosting.access_key_id in the settings, and the key of “hosting”."),
                code=said,
            )
        if status in (301, 307) or code in ("AuthorizationHeaderMalformed", "AuthorizationQueryParametersError"):
            return ConfigProblem(
                tr("The bucket {bucket} is in another region.", bucket=hosting.bucket),
                tr("Check hosting.region and hosting.endpoint in the settings."),
                code=said,
            )
        if status == 404:
            return ConfigProblem(
                tr("There is no bucket {bucket} at {endpoint}.", bucket=hosting.bucket, endpoint=hosting.endpoint),
                tr("Make it, or check hosting.bucket in the settings."),
                code=said,
            )
        if status in (401, 403):
            return ConfigProblem(
                tr("The access to your bucket {bucket} was denied.", bucket=hosting.bucket),
                tr("The key has to be allowed to write, read and delete below “{prefix}”.", prefix=hosting.prefix),
                code=said,
            )
        return ServiceRefusal(
            tr("Your bucket's endpoint answered with status {status}.", status=status),
            tr("Nothing was sent to the service. Try again later."),
            code=said,
        )


def _sign(hosting: HostingSettings, secret: str, method: _Method, name: str, life_s: float) -> str:
    """A presigned URL (AWS Signature Version 4). obstore takes a moment to load."""
    import obstore
    from obstore.exceptions import BaseError
    from obstore.store import S3Store

    def credential() -> S3Credential:
        return {
            "access_key_id": hosting.access_key_id,
            "secret_access_key": secret,
            "token": None,
            "expires_at": None,
        }

    try:
        store = S3Store(
            hosting.bucket,
            endpoint=hosting.endpoint,
            region=hosting.region or _DEFAULT_REGION,
            # Buckets with dots, and endpoints with a path or a number for a name, know only this form.
            virtual_hosted_style_request=False,
            # These would otherwise come from the environment, as would a session's token.
            skip_signature=False,
            s3_express=False,
            credential_provider=credential,
        )
        return obstore.sign(store, method, name, timedelta(seconds=life_s))
    except (BaseError, ValueError) as error:
        raise ConfigProblem(
            tr("No URL can be signed for your bucket."), tr("Check the settings of hosting.")
        ) from error
