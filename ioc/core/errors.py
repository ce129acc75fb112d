"""The one error type of the project, and every code it may carry."""

from enum import StrEnum
from typing import Final, Self

TRANSIENT: Final = True


class Code(StrEnum):
    """The stable name of a failure, the HTTP status it is answered with, and whether the same call may succeed later.

    A plug-in of yours that needs none of its own takes a general one: `channel_failed`, `answer_garbled`, `bad_option`.
    """

    status: int
    transient: bool

    def __new__(cls, name: str, status: int, transient: bool = False) -> Self:
        code = str.__new__(cls, name)
        code._value_ = name
        code.status, code.transient = status, transient
        return code

    @property
    def text(self) -> str:
        """The key of its text in the catalogues."""
        return f"error.{self.value}"

    # What a caller of the web asks for wrongly
    BAD_REQUEST = "bad_request", 400
    UNAUTHENTICATED = "unauthenticated", 401
    BAD_LOGIN = "bad_login", 401
    FORBIDDEN = "forbidden", 403
    CSRF = "csrf", 403
    FOREIGN_PAGE = "foreign_page", 403
    SAME_PERSON = "same_person", 403
    BEYOND_SCOPE = "beyond_scope", 403
    WRONG_PIN = "wrong_pin", 403
    NOT_FOUND = "not_found", 404
    METHOD_NOT_ALLOWED = "method_not_allowed", 405
    TOO_LARGE = "too_large", 413
    INVALID_VALUE = "invalid_value", 422
    MISSING_VALUE = "missing_value", 422
    UNKNOWN_KEY = "unknown_key", 422
    BAD_VALUE = "bad_value", 422
    BAD_COMMENT = "bad_comment", 422
    BAD_PHONE = "bad_phone", 422
    BAD_ADDRESS = "bad_address", 422
    BAD_PIN = "bad_pin", 422
    BAD_STEP = "bad_step", 422
    BAD_PAUSE = "bad_pause", 422
    TOO_FAR = "too_far", 422
    NEVER_OPEN = "never_open", 422
    TOO_MANY_BUCKETS = "too_many_buckets", 422
    TOO_MANY_WIDGETS = "too_many_widgets", 422
    UNKNOWN_WIDGET = "unknown_widget", 422
    NOT_EXPLAINED = "not_explained", 422
    TOO_MANY_ATTEMPTS = "too_many_attempts", 429
    TOO_MANY_REQUESTS = "too_many_requests", 429
    INTERNAL = "internal", 500

    # What is not there, or no longer as it was
    UNKNOWN_ORG = "unknown_org", 404
    ORG_NOT_YET = "org_not_yet", 404
    UNKNOWN_SOURCE = "unknown_source", 404
    UNKNOWN_ALERT = "unknown_alert", 404
    NOT_REPLAYABLE = "not_replayable", 422
    TRIAL_REFUSED = "trial_refused", 422
    UNKNOWN_CONFERENCE = "unknown_conference", 404
    BAD_SITE = "bad_site", 422
    SITE_NOT_EXPECTED = "site_not_expected", 422
    UNKNOWN_DOSSIER = "unknown_dossier", 404
    UNKNOWN_INDICATOR = "unknown_indicator", 404
    UNKNOWN_FIGURES = "unknown_figures", 404
    UNKNOWN_SCENE = "unknown_scene", 404
    UNKNOWN_VERSION = "unknown_version", 404
    BAD_SCENE = "bad_scene", 422
    SCENE_UNCHANGED = "scene_unchanged", 409
    UNKNOWN_CHANNEL = "unknown_channel", 404
    UNKNOWN_DISPLAY = "unknown_display", 404
    UNKNOWN_PAIRING = "unknown_pairing", 404
    NO_SNAPSHOT = "no_snapshot", 404
    NO_SHIFT = "no_shift", 404
    UNKNOWN_INCIDENT = "unknown_incident", 404
    UNKNOWN_DRILL = "unknown_drill", 404
    UNKNOWN_SILENCE = "unknown_silence", 404
    ALERT_PENDING = "alert_pending", 409
    ALERT_MUTED = "alert_muted", 409
    CLOSE_UNEXPLAINED = "close_unexplained", 409
    DRILL_RUNNING = "drill_running", 409
    LEAVES_UNTOLD = "leaves_untold", 409
    NO_LEADERS = "no_leaders", 409
    FIGURES_DECIDED = "figures_decided", 409
    FIGURES_SUPERSEDED = "figures_superseded", 409

    # Configuration and the command line
    BAD_CONFIG = "bad_config", 422
    CONFIG_NOT_TOML = "config_not_toml", 422
    CONFIG_UNREADABLE = "config_unreadable", 422
    BAD_OPTION = "bad_option", 422
    BAD_CADENCE = "bad_cadence", 422
    BAD_HOURS = "bad_hours", 422
    BAD_YEAR = "bad_year", 422
    BAD_NAME = "bad_name", 422
    NAME_TAKEN = "name_taken", 409
    UNKNOWN_ENTRY = "unknown_entry", 404
    UNKNOWN_NAME = "unknown_name", 404
    NO_PASSWORD = "no_password", 422
    PASSWORD_SHORT = "password_short", 422
    PASSWORDS_DIFFER = "passwords_differ", 422
    NO_INSTALLATION = "no_installation", 422
    NO_SECRET = "no_secret", 422
    ROLE_NOT_NEEDED = "role_not_needed", 422
    UNKNOWN_ENCODING = "unknown_encoding", 422
    BAD_PLUGIN = "bad_plugin", 500
    UNFIT = "unfit", 500
    ROUTE_TWICE = "route_twice", 500
    ROUTE_WITHOUT_PORT = "route_without_port", 500

    # Inventory: orgs, sources, devices
    BAD_CSV = "bad_csv", 422
    CSV_BROKEN = "csv_broken", 422
    CSV_CUT = "csv_cut", 422
    CSV_NOT_UTF8 = "csv_not_utf8", 422
    CSV_UNREADABLE = "csv_unreadable", 422
    EMPTY_CSV = "empty_csv", 422
    BAD_DATE = "bad_date", 422
    BAD_DAY = "bad_day", 422
    BAD_ORG = "bad_org", 422
    BAD_SOURCE = "bad_source", 422
    BAD_TOPIC = "bad_topic", 422
    NOTHING_CHANGES = "nothing_changes", 422
    NOTHING_TO_MERGE = "nothing_to_merge", 422
    ORG_CHANGES_LATER = "org_changes_later", 409
    ORG_CIRCLE = "org_circle", 422
    ORG_CLOSED = "org_closed", 409
    ORG_NOT_ALIVE = "org_not_alive", 409
    ORG_NOT_BEGUN = "org_not_begun", 409
    PARENT_CLOSED = "parent_closed", 409
    DEVICE_KNOWN = "device_known", 409
    UNKNOWN_DEVICE = "unknown_device", 404
    REAL_SOURCES = "real_sources", 409

    # Tables of dossiers, captures, maps
    BAD_AS_OF = "bad_as_of", 422
    BAD_CAPTURE = "bad_capture", 422
    CAPTURE_UNREADABLE = "capture_unreadable", 422
    REPLAY_WHAT = "replay_what", 422
    BAD_ROWS = "bad_rows", 422
    NO_ROWS = "no_rows", 422
    NO_CODE_COLUMN = "no_code_column", 422
    HEADING_TWICE = "heading_twice", 422
    NO_DOSSIERS = "no_dossiers", 422
    WHICH_SOURCE = "which_source", 422
    TABLE_KIND = "table_kind", 422
    TABLE_UNREADABLE = "table_unreadable", 422
    JSON_BROKEN = "json_broken", 422
    XLSX_BROKEN = "xlsx_broken", 422
    TABLE_TOO_LARGE = "table_too_large", 422
    XLSX_TEXT = "xlsx_text", 422
    MAP_NOT_TOML = "map_not_toml", 422
    MAP_UNREADABLE = "map_unreadable", 422
    MAP_WRONG = "map_wrong", 422
    UNKNOWN_MAP = "unknown_map", 404
    NO_SAMPLE = "no_sample", 422
    DELIVERY_CUT = "delivery_cut", 422
    OLDER_DELIVERY = "older_delivery", 409
    BAD_WATERMARK = "bad_watermark", 422

    # Connectors: the far side and what it answers
    UNKNOWN_CONNECTOR = "unknown_connector", 404
    NOT_A_PROBE = "not_a_probe", 422
    NOT_A_DELIVERY = "not_a_delivery", 422
    NAME_NOT_FOUND = "name_not_found", 503, TRANSIENT
    ICMP_FORBIDDEN = "icmp_forbidden", 500
    ANSWER_GARBLED = "answer_garbled", 502
    ANSWER_TOO_LARGE = "answer_too_large", 502
    FIELD_UNREADABLE = "field_unreadable", 502
    ENDPOINT_UNAVAILABLE = "endpoint_unavailable", 503, TRANSIENT
    ENDPOINT_REFUSED = "endpoint_refused", 502
    ENDPOINT_INCOMPLETE = "endpoint_incomplete", 503, TRANSIENT
    ENDPOINT_GARBLED = "endpoint_garbled", 502
    LOGIN_HELD_BACK = "login_held_back", 503, TRANSIENT
    REST_UNAVAILABLE = "rest_unavailable", 503, TRANSIENT
    REST_FAILED = "rest_failed", 502
    SFTP_UNAVAILABLE = "sftp_unavailable", 503, TRANSIENT
    SFTP_FAILED = "sftp_failed", 502
    SQL_UNAVAILABLE = "sql_unavailable", 503, TRANSIENT
    SQL_FAILED = "sql_failed", 502
    SNMP_FAILED = "snmp_failed", 503, TRANSIENT
    SNMP_REFUSED = "snmp_refused", 503, TRANSIENT
    KEPT_UNUSABLE = "kept_unusable", 500

    # Channels
    CHANNEL_FAILED = "channel_failed", 503, TRANSIENT
    SMTP_AUTH = "smtp_auth", 503, TRANSIENT
    SMTP_UNAVAILABLE = "smtp_unavailable", 503, TRANSIENT
    HEARTBEAT_UNANSWERED = "heartbeat_unanswered", 503, TRANSIENT
    SMTP_DEFERRED = "smtp_deferred", 503, TRANSIENT
    SMTP_REFUSED = "smtp_refused", 502
    SMTP_ADDRESS = "smtp_address", 502
    GATEWAY_BUSY = "gateway_busy", 503, TRANSIENT
    GATEWAY_UNAVAILABLE = "gateway_unavailable", 503, TRANSIENT
    GATEWAY_REFUSED = "gateway_refused", 502
    GATEWAY_ACCOUNT = "gateway_account", 503, TRANSIENT
    GATEWAY_ADDRESS = "gateway_address", 502
    TEXT_NOT_REGISTERED = "text_not_registered", 502

    # Broker, inbox, records, duties
    BROKER_UNAVAILABLE = "broker_unavailable", 503, TRANSIENT
    BROKER_NOT_LISTENING = "broker_not_listening", 500
    NATS_API = "nats_api", 503, TRANSIENT
    NATS_STORE_NEWER = "nats_store_newer", 500
    NO_NATS_SERVER = "no_nats_server", 500
    DISK_TOO_SMALL = "disk_too_small", 500
    CERTIFICATE_UNUSABLE = "certificate_unusable", 500
    EXPORT_FAILED = "export_failed", 500
    RELOAD_FAILED = "reload_failed", 500
    KILL_FAILED = "kill_failed", 500
    INBOX_FULL = "inbox_full", 503, TRANSIENT
    INBOX_UNAVAILABLE = "inbox_unavailable", 503, TRANSIENT
    SESSION_UNWRITABLE = "session_unwritable", 500
    KEY_UNREADABLE = "key_unreadable", 500
    DATABASE_UNAVAILABLE = "database_unavailable", 503, TRANSIENT
    RECORDS_UNWRITABLE = "records_unwritable", 503, TRANSIENT
    SCHEMA_NEWER = "schema_newer", 500
    LEASE_LOST = "lease_lost", 503, TRANSIENT
    THREAD_DIED = "thread_died", 503, TRANSIENT

    # Metric store
    STORE_UNAVAILABLE = "store_unavailable", 503, TRANSIENT
    STORE_BUSY = "store_busy", 503, TRANSIENT
    STORE_FULL = "store_full", 503, TRANSIENT
    STORE_CORRUPT = "store_corrupt", 503, TRANSIENT
    STORE_IO = "store_io", 503, TRANSIENT
    STORE_UNWRITABLE = "store_unwritable", 503, TRANSIENT
    STORE_FAULT = "store_fault", 503, TRANSIENT
    STORE_FAILED = "store_failed", 503
    STORE_DENIED = "store_denied", 503
    STORE_BUCKET_MISSING = "store_bucket_missing", 503
    STORE_ORG_MISSING = "store_org_missing", 503
    STORE_ORG_UNKNOWN = "store_org_unknown", 503
    STORE_FLAVOUR_UNKNOWN = "store_flavour_unknown", 503
    STORE_QUERY_FAILED = "store_query_failed", 503
    STORE_QUERY_TOO_WIDE = "store_query_too_wide", 503
    STORE_PARTIAL = "store_partial", 503
    STORE_REJECTED = "store_rejected", 503
    STORE_TOO_LARGE = "store_too_large", 503
    STORE_OVERFLOW = "store_overflow", 503
    STORE_REFUSED_SAMPLES = "store_refused_samples", 503
    STORE_READ_ONLY = "store_read_only", 503
    STORE_IMMOVABLE = "store_immovable", 422
    BAD_STORE_URL = "bad_store_url", 422
    SAME_STORE = "same_store", 422

    # Backup, files, addresses
    ALREADY_RUNNING = "already_running", 409
    DATA_DIR_UNWRITABLE = "data_dir_unwritable", 500
    PORT_TAKEN = "port_taken", 500
    CANNOT_LISTEN = "cannot_listen", 500
    FOLDER_UNUSABLE = "folder_unusable", 500
    FOLDER_NOT_EMPTY = "folder_not_empty", 409
    NO_BACKUP = "no_backup", 422
    BACKUP_DAMAGED = "backup_damaged", 422
    BACKUP_CORRUPT = "backup_corrupt", 500
    BACKUP_FAILED = "backup_failed", 500
    BACKUP_OUTRUN = "backup_outrun", 500


class IocError(Exception):
    """A failure that a person or a retry loop must act on.

    `message` is one plain English line naming the thing and what to do, `params` what the translated text needs.
    """

    def __init__(self, code: Code, message: str = "", **params: object) -> None:
        super().__init__(message or code.value)
        self.code = code
        self.message = message or code.value
        self.params = params

    @property
    def transient(self) -> bool:
        return self.code.transient


class UsageError(IocError):
    """Wrong usage or configuration: the command line ends with exit code 2."""
