"""Checks of the TLS listener: versions, renewed certificates, client certificates."""

import shutil
import signal
import ssl
import subprocess
import time

from cases import GOOD
from receiver import Receiver, parse, read_answers


def context(work, certificates="certs", client=None, version=None):
    made = ssl.create_default_context(cafile=str(work / certificates / "authority.pem"))
    if client:
        made.load_cert_chain(work / client / "client.pem", work / client / "client.key")
    if version:
        made.minimum_version = made.maximum_version = version
        made.set_ciphers("ALL:@SECLEVEL=0")
    return made


def connect(receiver, made):
    return made.wrap_socket(receiver.connect(), server_hostname="localhost")


def ask(connection, receiver):
    """The status of a good request on a connection."""
    connection.sendall(GOOD.replace(b"POST T", b"POST " + receiver.fresh_path(), 1))
    text = b""
    while not parse(text, False)[0]:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError("the connection ended")
        text += piece
    return parse(text, False)[0][0].status


def serial(connection):
    return connection.getpeercert()["serialNumber"]


def is_refused(receiver, made):
    try:
        with connect(receiver, made) as connection:
            return ask(connection, receiver) != 200
    except (ssl.SSLError, ConnectionError):
        return True


def plain(receiver):
    with receiver.connect() as connection:
        connection.sendall(GOOD)
        answers, _ = read_answers(connection, 0)
    if any(answer.status for answer in answers):
        return "it was answered"
    with connect(receiver, context(receiver.work)) as connection:
        return "" if ask(connection, receiver) == 200 else "a good request over TLS failed"


def versions(receiver):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with connect(receiver, context(receiver.work, version=version)) as connection:
            if ask(connection, receiver) != 200:
                return f"{version} failed"
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        if not is_refused(receiver, context(receiver.work, version=version)):
            return f"{version} is spoken"
    return ""


def install(work, name):
    """Puts other files in the place of those in use, one after another, as renewing tools do."""
    for file in ("server.pem", "server.key"):
        shutil.copy(work / name / file, work / "in-use" / f"{file}.new")
        (work / "in-use" / f"{file}.new").replace(work / "in-use" / file)


def until(check, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if check():
            return True
        time.sleep(0.05)
    return False


def current(receiver, certificates):
    try:
        with connect(receiver, context(receiver.work, certificates)) as connection:
            return serial(connection)
    except ssl.SSLError:
        return None


def renewed(trigger):
    """A connection that is there goes on, new ones get the new certificate; a bad one is not used."""

    def check(receiver):
        install(receiver.work, "certs")
        trigger(receiver)
        if not until(lambda: current(receiver, "certs")):
            return "the first certificate is not in use"
        kept = connect(receiver, context(receiver.work))
        if ask(kept, receiver) != 200:
            return "a good request failed"
        install(receiver.work, "other")
        trigger(receiver)
        if not until(lambda: current(receiver, "other")):
            return "the new certificate is not used"
        for _ in range(3):
            if ask(kept, receiver) != 200:
                return "the connection that was there is gone"
        kept.close()
        (receiver.work / "in-use/server.key").write_text("nonsense")
        trigger(receiver)
        time.sleep(0.8)
        if not current(receiver, "other"):
            return "the old certificate went with a bad new one"
        shutil.copy(receiver.work / "certs/server.key", receiver.work / "in-use/server.key")
        trigger(receiver)
        time.sleep(0.8)
        return "" if current(receiver, "other") else "a key that does not fit was used"

    return check


def renewed_under_load(receiver):
    """Twenty renewals while callbacks come on new and on kept connections: none fails."""
    import threading

    both = ssl.create_default_context(cafile=str(receiver.work / "both.pem"))
    stopping, wrong, count = threading.Event(), [], [0]

    def load(is_kept):
        connection = None
        while not stopping.is_set():
            try:
                connection = connection or connect(receiver, both)
                if ask(connection, receiver) != 200:
                    wrong.append("a callback was not acknowledged")
                count[0] += 1
            except (OSError, ssl.SSLError) as failure:
                wrong.append(repr(failure))
                return
            if not is_kept:
                connection.close()
                connection = None

    threads = [threading.Thread(target=load, args=(number % 2 == 0,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for number in range(20):
        install(receiver.work, "other" if number % 2 else "certs")
        receiver.process.send_signal(signal.SIGHUP)
        time.sleep(0.1)
    stopping.set()
    for thread in threads:
        thread.join()
    return wrong[0] if wrong else "" if count[0] > 50 else f"only {count[0]} callbacks"


def certificates_of_clients(receiver):
    cases = [("a good one", "certs", 200), ("none", None, 403), ("one of another authority", "other", 403)]
    for name, client, status in cases:
        with connect(receiver, context(receiver.work, client=client)) as connection:
            answered = ask(connection, receiver)
        if answered != status:
            return f"with {name}: {answered}, not {status}"
    # A server's certificate of the same authority is none for a client.
    made = context(receiver.work)
    made.load_cert_chain(receiver.work / "certs/server.pem", receiver.work / "certs/server.key")
    with connect(receiver, made) as connection:
        answered = ask(connection, receiver)
    return "" if answered == 403 else f"with a server's: {answered}, not 403"


def listed_certificates(receiver):
    with connect(receiver, context(receiver.work, client="certs")) as connection:
        if ask(connection, receiver) != 200:
            return "the listed one is refused"
    with connect(receiver, context(receiver.work, client="second")) as connection:
        answered = ask(connection, receiver)
    return "" if answered == 403 else f"one that is not listed: {answered}, not 403"


def hang_up(receiver):
    receiver.process.send_signal(signal.SIGHUP)


def run(binary, work, scripts, wanted, note):
    """Runs the checks whose names hold the text."""
    names = ["plain to the TLS port", "TLS 1.2 and 1.3 only", "renewed certificate, SIGHUP",
             "renewed certificate, noticed", "renewed certificate, under load", "client certificates",
             "client certificates, listed"]
    if not any(wanted in name for name in names):
        return
    for name in ("certs", "other", "in-use"):
        subprocess.run([str(scripts / "make-certs"), str(work / name)], check=True, capture_output=True)
    # A second client of the first authority.
    shutil.copytree(work / "certs", work / "second")
    for command in (["req", "-new", "-key", "client.key", "-subj", "/CN=second", "-out", "client.csr"],
                    ["x509", "-req", "-in", "client.csr", "-CA", "authority.pem", "-CAkey", "authority.key",
                     "-CAcreateserial", "-days", "2", "-extfile", str(scripts.parent / "certs/certificates.cnf"),
                     "-extensions", "client", "-out", "client.pem"]):
        subprocess.run(["openssl", *command], cwd=work / "second", check=True, capture_output=True)
    (work / "both.pem").write_text("".join((work / name / "authority.pem").read_text() for name in ("certs", "other")))
    install(work, "certs")
    pair = "certificate: {work}/in-use/server.pem, privateKey: {work}/in-use/server.key, reloadInterval: 200ms"
    checks = {names[0]: plain, names[1]: versions, names[2]: renewed(hang_up), names[3]: renewed(lambda _: None),
              names[4]: renewed_under_load}
    with Receiver(binary, work, "tls", tls=pair) as receiver:
        for name, check in checks.items():
            if wanted in name:
                note(name, check(receiver))
    install(work, "certs")
    listed = subprocess.run(["openssl", "x509", "-in", work / "certs/client.pem", "-noout", "-fingerprint", "-sha256"],
                            check=True, capture_output=True, text=True).stdout.strip().rpartition("=")[2]
    for name, source, check in (
            (names[5], "", certificates_of_clients),
            (names[6], f', clientFingerprints: ["{listed}"]', listed_certificates)):
        if wanted in name:
            authorities = pair + ", clientAuthorities: {work}/certs/authority.pem"
            source = f"source: {{clientCertificate: required{source}}}"
            directory = name.replace(" ", "-").replace(",", "")
            with Receiver(binary, work, directory, tls=authorities, more=source) as receiver:
                note(name, check(receiver))
