-- Texts that repeat (models, users, addresses, routes …) are kept once; rows hold their number. Numbers are never reused.
CREATE TABLE names (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- Conversations, with the sums of their LLM calls that Sereno did not make itself. They go when their last call goes.
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    first_at REAL,                    -- start of the first such call, NULL without one
    last_at REAL,
    calls INTEGER NOT NULL DEFAULT 0,
    errors INTEGER NOT NULL DEFAULT 0,
    input_tokens INTEGER NOT NULL DEFAULT 0,
    output_tokens INTEGER NOT NULL DEFAULT 0,
    tokens INTEGER NOT NULL DEFAULT 0,
    cost_nanos INTEGER                -- NULL: the cost of none is known
) STRICT;

CREATE INDEX sessions_last_at ON sessions (last_at);
CREATE INDEX sessions_calls ON sessions (calls, last_at);
CREATE INDEX sessions_tokens ON sessions (tokens, last_at);
CREATE INDEX sessions_cost_nanos ON sessions (cost_nanos, last_at);

-- Who takes part in a conversation, and from when to when such calls of theirs ended. user: (n), 0 for none.
CREATE TABLE talks (
    session INTEGER NOT NULL,
    user INTEGER NOT NULL,
    first_at REAL NOT NULL,
    last_at REAL NOT NULL,
    PRIMARY KEY (session, user)
) STRICT, WITHOUT ROWID;

-- One row a call, without its texts, so that scans stay narrow. Columns marked (n) refer to names.
CREATE TABLE calls (
    seq INTEGER PRIMARY KEY,          -- order of ingest
    id BLOB NOT NULL UNIQUE,          -- UUIDv7, 16 bytes
    started_at REAL NOT NULL,         -- epoch seconds, UTC
    ended_at REAL NOT NULL,           -- started_at + total
    total REAL NOT NULL,              -- seconds, like all durations
    protocol INTEGER NOT NULL,        -- 0 ollama 1 openai 2 anthropic 3 unknown
    operation INTEGER NOT NULL,       -- 0 chat 1 text_completion 2 embeddings 3 other
    status INTEGER NOT NULL,          -- 0 success 1 error 2 aborted
    route INTEGER NOT NULL,           -- (n)
    path TEXT,                        -- NULL: the same as the route
    method INTEGER NOT NULL,          -- (n)
    upstream INTEGER NOT NULL,        -- (n)
    request_model INTEGER,            -- (n)
    model INTEGER,                    -- (n)
    http_status INTEGER,
    error_type INTEGER,               -- (n)
    error_message TEXT,
    finish_reason INTEGER,            -- (n)
    stream INTEGER NOT NULL,
    input_tokens INTEGER,
    cached_input_tokens INTEGER,
    output_tokens INTEGER,
    reasoning_tokens INTEGER,
    ttft REAL,
    tpot REAL,
    load REAL,
    prompt_eval REAL,
    eval REAL,
    longest_gap REAL,
    user INTEGER,                     -- (n)
    session INTEGER,                  -- sessions.id
    key INTEGER,                      -- (n)
    client INTEGER,                   -- (n)
    agent INTEGER,                    -- (n)
    chunks INTEGER NOT NULL,
    tool_calls INTEGER NOT NULL,
    images INTEGER NOT NULL,
    request_bytes INTEGER NOT NULL,
    response_bytes INTEGER NOT NULL,
    truncated INTEGER NOT NULL,
    decode_error TEXT,
    conversation BLOB,
    parent_conversation BLOB,
    cost_usd REAL,
    cost_source INTEGER,              -- (n)
    energy_joules REAL,
    category INTEGER,                 -- (n)
    trace_id TEXT,
    span_id TEXT,
    internal INTEGER,                 -- (n), NULL: not made by Sereno itself
    part INTEGER NOT NULL,            -- quarter of a day of started_at: floor(started_at / 21600)
    tokens INTEGER                    -- input and output together, NULL where both are unknown
) STRICT;

-- Lists by time. The columns after the time let filters be tried without a look at the row.
CREATE INDEX calls_started ON calls (started_at, model, user, operation, status, category, internal, total);
CREATE INDEX calls_ended ON calls (ended_at);
CREATE INDEX calls_model ON calls (model, started_at);
CREATE INDEX calls_user ON calls (user, started_at, model, operation, status, category, internal, total, session);
CREATE INDEX calls_category ON calls (category, started_at);
CREATE INDEX calls_session ON calls (session, started_at) WHERE session IS NOT NULL;
CREATE INDEX calls_key ON calls (key, started_at) WHERE key IS NOT NULL;
CREATE INDEX calls_failed ON calls (status, started_at) WHERE status > 0;
CREATE INDEX calls_error_type ON calls (error_type, started_at) WHERE error_type IS NOT NULL;

-- Lists by figure, cut by time: new calls go to the last pages only, and a range of time reads only its own.
CREATE INDEX calls_latency ON calls (part, total, model, user, operation, status, category, internal);
CREATE INDEX calls_tokens ON calls (
    part, tokens, started_at, model, user, operation, status, category, internal, input_tokens, output_tokens
);
CREATE INDEX calls_cost ON calls (part, cost_usd, started_at, model, user, operation, status, category, internal);

-- What was said: previews to read, and the whole (zstd of msgpack [prompt, response, exchange]). Goes before the call.
CREATE TABLE bodies (
    seq INTEGER PRIMARY KEY,
    started_at REAL NOT NULL,
    prompt TEXT NOT NULL,             -- first 200 characters
    response TEXT NOT NULL,
    content BLOB NOT NULL
) STRICT;

CREATE INDEX bodies_started ON bodies (started_at);

-- To be asked by hand, with the sqlite3 shell. Texts are previews; `sereno calls export` writes them whole.
CREATE VIEW analytics AS
SELECT
    c.started_at AS timestamp,
    (SELECT name FROM names WHERE id = c.model) AS model,
    b.prompt AS prompt,
    b.response AS response,
    (SELECT name FROM names WHERE id = c.user) AS user,
    CASE c.status WHEN 0 THEN 'success' WHEN 1 THEN 'error' ELSE 'aborted' END AS status,
    c.input_tokens AS input_tokens,
    c.output_tokens AS output_tokens,
    c.total AS latency,
    c.cost_usd AS cost
FROM calls c LEFT JOIN bodies b ON b.seq = c.seq
WHERE c.operation < 3 AND c.internal IS NULL;

-- Which conversation a call continues: the last call of each conversation hash, for two days.
CREATE TABLE threads (
    conversation BLOB NOT NULL,
    owner TEXT NOT NULL,
    session TEXT NOT NULL,
    started_at REAL NOT NULL,
    PRIMARY KEY (conversation, owner)
) STRICT, WITHOUT ROWID;

CREATE INDEX threads_started ON threads (started_at);

-- Full-text indexes, one a week of started_at, dropped whole once all their bodies are gone.
CREATE TABLE search_parts (
    start_at INTEGER PRIMARY KEY,     -- epoch seconds, Monday 00:00 UTC
    name TEXT NOT NULL UNIQUE         -- an FTS5 table
) STRICT;

-- Roll-ups of LLM calls by the time of their end (metrics/rollups.py); seconds is the length of a cell. 0 stands for "none"
-- in dimensions. slots: pairs of u16 slot and i32 count, little-endian (metrics/slots.py).
CREATE TABLE traffic (
    seconds INTEGER NOT NULL,
    at INTEGER NOT NULL,
    model INTEGER NOT NULL,
    operation INTEGER NOT NULL,
    status INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    success INTEGER NOT NULL,
    error INTEGER NOT NULL,
    aborted INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    input_known INTEGER NOT NULL,
    cached_input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    output_known INTEGER NOT NULL,
    cost_nanos INTEGER NOT NULL,
    cost_known INTEGER NOT NULL,
    eval_nanos INTEGER NOT NULL,
    eval_tokens INTEGER NOT NULL,
    tool_calls INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    latency_nanos INTEGER NOT NULL,
    ttft_nanos INTEGER NOT NULL,
    tpot_nanos INTEGER NOT NULL,
    slots BLOB NOT NULL,
    PRIMARY KEY (seconds, at, model, operation, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE topics (
    seconds INTEGER NOT NULL,
    at INTEGER NOT NULL,
    category INTEGER NOT NULL,
    model INTEGER NOT NULL,
    operation INTEGER NOT NULL,
    status INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    success INTEGER NOT NULL,
    error INTEGER NOT NULL,
    aborted INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    input_known INTEGER NOT NULL,
    cached_input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    output_known INTEGER NOT NULL,
    cost_nanos INTEGER NOT NULL,
    cost_known INTEGER NOT NULL,
    eval_nanos INTEGER NOT NULL,
    eval_tokens INTEGER NOT NULL,
    tool_calls INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    latency_nanos INTEGER NOT NULL,
    ttft_nanos INTEGER NOT NULL,
    tpot_nanos INTEGER NOT NULL,
    slots BLOB NOT NULL,
    PRIMARY KEY (seconds, at, category, model, operation, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE origins (
    seconds INTEGER NOT NULL,
    at INTEGER NOT NULL,
    upstream INTEGER NOT NULL,
    cost_source INTEGER NOT NULL,
    error_type INTEGER NOT NULL,
    model INTEGER NOT NULL,
    operation INTEGER NOT NULL,
    status INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    success INTEGER NOT NULL,
    error INTEGER NOT NULL,
    aborted INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    input_known INTEGER NOT NULL,
    cached_input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    output_known INTEGER NOT NULL,
    cost_nanos INTEGER NOT NULL,
    cost_known INTEGER NOT NULL,
    eval_nanos INTEGER NOT NULL,
    eval_tokens INTEGER NOT NULL,
    tool_calls INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    latency_nanos INTEGER NOT NULL,
    ttft_nanos INTEGER NOT NULL,
    tpot_nanos INTEGER NOT NULL,
    slots BLOB NOT NULL,
    PRIMARY KEY (seconds, at, upstream, cost_source, error_type, model, operation, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE callers (
    seconds INTEGER NOT NULL,
    at INTEGER NOT NULL,
    user INTEGER NOT NULL,
    key INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    success INTEGER NOT NULL,
    error INTEGER NOT NULL,
    aborted INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    input_known INTEGER NOT NULL,
    cached_input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    output_known INTEGER NOT NULL,
    cost_nanos INTEGER NOT NULL,
    cost_known INTEGER NOT NULL,
    eval_nanos INTEGER NOT NULL,
    eval_tokens INTEGER NOT NULL,
    tool_calls INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    latency_nanos INTEGER NOT NULL,
    ttft_nanos INTEGER NOT NULL,
    tpot_nanos INTEGER NOT NULL,
    slots BLOB NOT NULL,
    PRIMARY KEY (seconds, at, user, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
    seconds INTEGER NOT NULL,
    at INTEGER NOT NULL,
    user INTEGER NOT NULL,
    key INTEGER NOT NULL,
    client INTEGER NOT NULL,
    model INTEGER NOT NULL,
    operation INTEGER NOT NULL,
    status INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    success INTEGER NOT NULL,
    error INTEGER NOT NULL,
    aborted INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    input_known INTEGER NOT NULL,
    cached_input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    output_known INTEGER NOT NULL,
    cost_nanos INTEGER NOT NULL,
    cost_known INTEGER NOT NULL,
    eval_nanos INTEGER NOT NULL,
    eval_tokens INTEGER NOT NULL,
    tool_calls INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    latency_nanos INTEGER NOT NULL,
    ttft_nanos INTEGER NOT NULL,
    tpot_nanos INTEGER NOT NULL,
    slots BLOB NOT NULL,
    PRIMARY KEY (seconds, at, user, key, client, model, operation, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE interests (
    seconds INTEGER NOT NULL,
    at INTEGER NOT NULL,
    user INTEGER NOT NULL,
    category INTEGER NOT NULL,
    model INTEGER NOT NULL,
    operation INTEGER NOT NULL,
    status INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    success INTEGER NOT NULL,
    error INTEGER NOT NULL,
    aborted INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    input_known INTEGER NOT NULL,
    cached_input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    output_known INTEGER NOT NULL,
    cost_nanos INTEGER NOT NULL,
    cost_known INTEGER NOT NULL,
    eval_nanos INTEGER NOT NULL,
    eval_tokens INTEGER NOT NULL,
    tool_calls INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    latency_nanos INTEGER NOT NULL,
    ttft_nanos INTEGER NOT NULL,
    tpot_nanos INTEGER NOT NULL,
    slots BLOB NOT NULL,
    PRIMARY KEY (seconds, at, user, category, model, operation, status)
) STRICT, WITHOUT ROWID;

-- What /metrics shows. labels is a JSON list of values; money is in billionths of a dollar.
CREATE TABLE counters (
    metric TEXT NOT NULL,
    labels TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (metric, labels)
) STRICT, WITHOUT ROWID;

CREATE TABLE histograms (
    metric TEXT NOT NULL,
    labels TEXT NOT NULL,
    nanos INTEGER NOT NULL,           -- sum of the values in billionths
    exact BLOB NOT NULL,              -- u64 little-endian by edge interval, not cumulative
    sparse BLOB NOT NULL,             -- pairs of u16 bucket, u64 count, little-endian
    PRIMARY KEY (metric, labels)
) STRICT, WITHOUT ROWID;

CREATE TABLE model_slots (
    model TEXT PRIMARY KEY,
    label TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How far each journal is stored, and the last batches, so that a repeated one changes nothing.
CREATE TABLE positions (
    instance TEXT NOT NULL,
    worker INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    PRIMARY KEY (instance, worker)
) STRICT, WITHOUT ROWID;

CREATE TABLE batches (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until REAL NOT NULL
) STRICT, WITHOUT ROWID;

-- Counts that would be slow to count.
CREATE TABLE state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    last_sequence INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    internal_calls INTEGER NOT NULL,
    bodies INTEGER NOT NULL,
    longest REAL NOT NULL             -- seconds of the longest call there ever was
) STRICT;

INSERT INTO state VALUES (1, -1, 0, 0, 0, 0.0);
