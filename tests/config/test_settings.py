"""Every setting has a default that works; a bad one is named in one line."""

from __future__ import annotations

import stat

import pytest

from config import migrations
from config.settings import KNOWN, SHIPPED_PLANS, BadSetting, MailServer, from_environment
from config.texts import load


def test_nothing_set_gives_the_embedded_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = from_environment({})
    assert settings.database_url == f"sqlite:///{tmp_path}/var/neuguong.db"
    assert settings.is_embedded
    assert settings.mail_server is None
    assert settings.plans == SHIPPED_PLANS
    assert settings.base_url == "http://127.0.0.1:8080"
    assert settings.anchors == tmp_path / "var" / "anchors.txt"
    assert not (tmp_path / "var").exists(), "reading settings writes nothing"


def test_a_password_with_signs_of_addresses_is_refused_and_not_repeated():
    with pytest.raises(BadSetting) as caught:
        from_environment({"NEUGUONG_DATABASE_URL": "postgresql+psycopg://neuguong:Mk@Csdl#2026@127.0.0.1/neuguong"})
    assert caught.value.message.key == "setting.password_signs"
    assert "Csdl" not in str(caught.value)
    right = from_environment(
        {"NEUGUONG_DATABASE_URL": "postgresql+psycopg://neuguong:Mk%40Csdl%232026@127.0.0.1/neuguong"}
    )
    assert "%40" in right.database_url
    assert from_environment({"NEUGUONG_DATABASE_URL": "sqlite:////srv/so@tinh/a@b.db"}).database_url


def test_everything_set():
    settings = from_environment({
        "NEUGUONG_DATABASE_URL": "postgresql+psycopg://u:p@db/x",
        "NEUGUONG_BROKER_URL": "redis://cache:6379/1",
        "NEUGUONG_SMTP_URL": "smtps://may%40so:m%3At@mail.so.vn",
        "NEUGUONG_MAIL_FROM": "neuguong@so.vn",
        "NEUGUONG_BASE_URL": "https://neuguong.so.vn/",
        "NEUGUONG_PORT": "9000",
        "NEUGUONG_LANGUAGE": "en",
    })  # fmt: skip
    assert not settings.is_embedded
    assert settings.mail_server == MailServer("mail.so.vn", 465, "always", "may@so", "m:t")
    assert settings.base_url == "https://neuguong.so.vn"
    assert (settings.port, settings.language) == (9000, "en")


@pytest.mark.parametrize(
    "name, value",
    [
        ("DATABASE_URL", "mysql://x/y"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "postgresql://x/y"),
        ("BROKER_URL", "kafka://x"),
        ("BROKER_URL", "redis://"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "postgresql+psycopg://u@db:abc/x"),
        ("BROKER_URL", "redis://[bad"),
        ("BROKER_URL", "redis://x:abc"),
        ("BROKER_URL", "redis://x:99999"),
        ("BROKER_URL", "redis://x/zzz"),
        ("BROKER_URL", "redis://x/٣"),
        ("SMTP_URL", "http://x"),
        ("SMTP_URL", "smtp://[x"),
        ("SMTP_URL", "smtp://"),
        ("SMTP_URL", "smtp://x:port"),
        ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", "a@b\nBcc: c@d"),
        ("MAIL_FROM", "A <a@b.vn>"),
        ("BASE_URL", "ftp://x"),
        ("BASE_URL", "https://x/?a=b"),
        ("BASE_URL", "http://[bad"),
        ("BASE_URL", "http://x:abc"),
        ("TRUSTED_PROXY", "nginx"),
        ("TRUSTED_PROXY", "10.0.0.0/24"),
        ("PORT", "http"),
        ("PORT", "80٣"),
        ("PORT", "9" * 5000),
        ("VAR", __file__),
        ("VAR", f"{__file__}/var"),
        ("VAR", "x" * 5000),
        ("FILES", __file__),
        ("PORT", "70000"),
        ("PLANS", "/no/such/folder"),
        ("LANGUAGE", "fr"),
        ("SECRET_KEY", "short"),
        ("METRICS_TOKEN", "short"),
        ("METRICS_PORT", "70000"),
        ("LOG", "xml"),
        ("BROKER_URL", "amqp://"),
        ("BROKER_URL", "amqps://x:abc"),
        ("DB_CONNECTIONS", "0"),
        ("DB_STATEMENT_SECONDS", "-1"),
        ("DB_WEB_LOCK_SECONDS", "1.5"),
        ("WEB_THREADS", "999"),
        ("WEB_QUEUE", "viele"),
        ("CLIENT_RATE", "9" * 500),
    ],
)
def test_a_bad_value_is_one_line_that_names_the_variable(name, value):
    with pytest.raises(BadSetting) as caught:
        from_environment({f"NEUGUONG_{name}": value})
    for language in ("vi", "en"):
        line = load(strict=True).render(caught.value.message, language)
        assert line.startswith(f"NEUGUONG_{name}: ")
        assert "\n" not in line


@pytest.mark.parametrize("url", ["amqp://u:p@mq:5672//", "amqps://u:p@mq/neuguong", "amqp://127.0.0.1"])
def test_rabbitmq_is_a_broker_too(url):
    settings = from_environment({"NEUGUONG_BROKER_URL": url})
    assert (settings.broker_url, settings.is_embedded) == (url, False)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"ISSUER": "http://cap.gov.vn", "CLIENT": "x"}, "OIDC_ISSUER"),
        ({"ISSUER": "cap", "CLIENT": "x"}, "OIDC_ISSUER"),
        ({"ISSUER": "https://cap.gov.vn/?x=1", "CLIENT": "x"}, "OIDC_ISSUER"),
        ({"ISSUER": "https://cap.gov.vn"}, "OIDC_CLIENT"),
        ({"ISSUER": "https://cap.gov.vn", "CLIENT": "x", "CLAIM": "sub"}, "OIDC_CLAIM"),
        ({"ISSUER": "http://localhost:9400", "CLIENT": "x"}, ""), ({"CLIENT": "x"}, ""),
    ],
)  # fmt: skip
def test_a_provider_that_cannot_be_is_refused(given, wrong):
    environment = {f"NEUGUONG_OIDC_{name}": value for name, value in given.items()}
    if wrong:
        with pytest.raises(BadSetting) as refused:
            from_environment(environment)
        assert refused.value.message.key == f"setting.{wrong.lower()}"
        return
    assert (from_environment(environment).sso is None) is ("ISSUER" not in given)


def test_every_setting_that_is_read_is_known():
    asked = set()

    class Environment(dict):
        def get(self, name, default=None):
            asked.add(name.removeprefix("NEUGUONG_"))
            return default

    from_environment(Environment())
    assert asked == KNOWN


@pytest.mark.parametrize("name", ["a?b", "a#b", "a%3Fb", "a b@c:d", "Nêu Gương"])
def test_a_folder_may_have_any_name(tmp_path, name):
    home = tmp_path / name
    home.mkdir()
    settings = from_environment({"NEUGUONG_VAR": str(home)})
    migrations.upgrade(settings.database_url)
    assert [path.name for path in home.iterdir()] == ["neuguong.db"]


def test_a_host_may_be_an_address_of_any_kind():
    assert from_environment({"NEUGUONG_HOST": "::1"}).base_url == "http://[::1]:8080"
    assert from_environment({}, port=0).base_url == "http://127.0.0.1:0"


def test_where_nothing_can_be_made_is_told_when_it_is_made():
    for name in ("VAR", "FILES"):
        settings = from_environment({f"NEUGUONG_{name}": "/proc/none"})
        with pytest.raises(BadSetting, match=f"NEUGUONG_{name}: no_folder"):
            settings.make_folders()
    with pytest.raises(BadSetting, match="NEUGUONG_VAR: no_folder"):
        assert from_environment({"NEUGUONG_VAR": "/proc/none"}).secret_key


def test_a_mail_server_needs_a_sender():
    with pytest.raises(BadSetting, match="MAIL_FROM"):
        from_environment({"NEUGUONG_SMTP_URL": "smtp://localhost"})


def test_a_demo_keeps_to_itself(tmp_path):
    given = {
        "NEUGUONG_VAR": str(tmp_path),
        "NEUGUONG_SMTP_URL": "smtp://mail",
        "NEUGUONG_MAIL_FROM": "a@b.vn",
    }
    for demo in (from_environment(given, demo=True), from_environment({**given, "NEUGUONG_DEMO": "1"})):
        assert demo.mail_server is None
        assert demo.database_url == f"sqlite:///{tmp_path}/demo/neuguong.db"
        assert demo.files == tmp_path / "demo" / "files"
    assert not from_environment(given).demo


def test_passwords_are_not_shown():
    settings = from_environment({
        "NEUGUONG_DATABASE_URL": "postgresql+psycopg://u:hush@db/x",
        "NEUGUONG_BROKER_URL": "redis://:hush@cache",
        "NEUGUONG_SMTP_URL": "smtp://u:hush@mail",
        "NEUGUONG_MAIL_FROM": "a@b.vn",
        "NEUGUONG_SECRET_KEY": "hush" * 10,
    })  # fmt: skip
    assert "hush" not in repr(settings)


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    first = from_environment({"NEUGUONG_VAR": str(tmp_path / "var")})
    again = from_environment({"NEUGUONG_VAR": str(tmp_path / "var")})
    assert first.secret_key == again.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600
    given = from_environment({"NEUGUONG_SECRET_KEY": "k" * 40, "NEUGUONG_VAR": str(tmp_path / "other")})
    assert given.secret_key == "k" * 40
    assert not (tmp_path / "other").exists()


def test_who_gets_the_anchor_and_where_it_is_written(tmp_path):
    mail = "a@b.vn, c.d@so.vn,"
    settings = from_environment({"NEUGUONG_ANCHORS": str(tmp_path / "usb.txt"), "NEUGUONG_ANCHOR_MAIL": mail})
    assert (settings.anchors, settings.anchor_mail) == (tmp_path / "usb.txt", ("a@b.vn", "c.d@so.vn"))
    for wrong in ({"NEUGUONG_ANCHORS": str(tmp_path)}, {"NEUGUONG_ANCHOR_MAIL": "Thanh tra <a@b.vn>"}):
        with pytest.raises(BadSetting):
            from_environment(wrong)
    assert from_environment({}, demo=True).anchors is None, "a demo is begun anew at will"
