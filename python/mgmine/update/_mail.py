"""A digest by mail and, with Apprise, by any of the services it knows."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING, Any

from mgmine.errors import MgmineError, MissingDependencyError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import EmailMessage

    from mgmine.update.digest import Digest

_KEYS = {"host", "port", "security", "user", "password", "from", "to", "only_watched"}


class SendError(MgmineError):
    """A digest could not be sent; it is kept, and may be sent again."""


def check(mail: Mapping[str, Any], notify: Mapping[str, Any]) -> None:
    """See that the tables ``[mail]`` and ``[notify]`` can be used, before there is anything to send.

    Raises:
        UsageError: They cannot.
    """
    if mail:
        if unknown := sorted(set(mail) - _KEYS):
            raise UsageError(f"[mail] knows {', '.join(sorted(_KEYS))}, and not {unknown[0]}")
        for name in ("host", "to"):
            if not mail.get(name):
                raise UsageError(f"[mail] needs {name}")
        if mail.get("security", "starttls") not in ("starttls", "tls", "none"):
            raise UsageError("[mail] security is starttls, tls or none")
        if mail.get("user") and mail.get("security") == "none":
            raise UsageError("[mail] would send a password without encryption")
    if notify and not _listed(notify.get("urls")):
        raise UsageError("[notify] needs urls")


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def message(digest: Digest, mail: Mapping[str, Any]) -> EmailMessage:
    """The digest as a mail: Markdown as its text, and HTML."""
    from email.message import EmailMessage

    from mgmine.update import digest as digests

    to = _listed(mail["to"])
    made = EmailMessage()
    made["Subject"] = f"mgmine {digest.made[:10]}: {digest.headline}"
    made["From"] = mail.get("from") or mail.get("user") or to[0]
    made["To"] = ", ".join(to)
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(digests.markdown(digest))
    made.add_alternative(digests.html(digest), subtype="html")
    return made


def send(digest: Digest, mail: Mapping[str, Any]) -> None:
    """Send a digest by SMTP. The password may come from ``MGMINE_MAIL_PASSWORD``.

    Raises:
        SendError: The server does not take it.
    """
    import smtplib

    security = mail.get("security", "starttls")
    port = int(mail.get("port") or {"tls": 465, "starttls": 587, "none": 25}[security])
    context = ssl.create_default_context()
    try:
        if security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(mail["host"], port, timeout=60, context=context)
        else:
            server = smtplib.SMTP(mail["host"], port, timeout=60)
        with server:
            if security == "starttls":
                server.starttls(context=context)
            if user := mail.get("user"):
                server.login(user, os.environ.get("MGMINE_MAIL_PASSWORD") or mail.get("password", ""))
            server.send_message(message(digest, mail))
    except (OSError, smtplib.SMTPException) as error:
        raise SendError(f"the digest could not be mailed by {mail['host']}:{port}: {error}") from error


def notify(digest: Digest, table: Mapping[str, Any]) -> None:
    """Tell services of a digest: ``urls`` are Apprise's.

    Raises:
        SendError: One of them does not take it.
        MissingDependencyError: Apprise is not installed.
    """
    from mgmine.update import digest as digests

    try:
        import apprise
    except ImportError:
        raise MissingDependencyError("notices need Apprise: pip install 'mgmine[notify]'") from None
    told = apprise.Apprise()
    for url in _listed(table["urls"]):
        if not told.add(url):
            raise SendError(f"[notify] Apprise does not know this kind of URL: {url.partition(':')[0]}")
    title = f"mgmine {digest.made[:10]}: {digest.headline}"
    if not told.notify(body=digests.markdown(digest), title=title, body_format=apprise.NotifyFormat.MARKDOWN):
        raise SendError("the digest could not be given to all services of [notify]")


def deliver(digest: Digest, mail: Mapping[str, Any], services: Mapping[str, Any]) -> list[str]:
    """Send a digest wherever it should go; what failed."""
    trouble = []
    for table, way in ((mail, send), (services, notify)):
        if table and (digest.items if not table.get("only_watched") else digest.watched):
            try:
                way(digest, table)
            except MgmineError as error:
                trouble.append(str(error))
    return trouble
