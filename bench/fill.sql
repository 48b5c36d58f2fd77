-- A company of two years' standing. Run on an empty database that has its users, stages and
-- close reasons: ids begin at 1. Sizes in braces. Times lie within the last 24 months; some
-- contacts have hundreds of events, most a few.
SELECT setseed(0.42);
SET LOCAL work_mem = '256MB';
CREATE FUNCTION pg_temp.pick(anyarray) RETURNS anyelement LANGUAGE sql VOLATILE AS
    'SELECT $1[1 + floor(random() * cardinality($1))::int]';
CREATE FUNCTION pg_temp.past(share float) RETURNS timestamptz LANGUAGE sql STABLE AS
    'SELECT now() - interval ''729 days'' * share';
CREATE TEMP TABLE words ON COMMIT DROP AS SELECT
    (SELECT array_agg(id ORDER BY id) FROM platform_user) AS users,
    (SELECT array_agg(id ORDER BY position) FROM sales_stage WHERE kind = 'open') AS steps,
    (SELECT min(id) FROM sales_stage WHERE kind = 'won') AS won,
    (SELECT min(id) FROM sales_stage WHERE kind = 'lost') AS lost,
    (SELECT array_agg(id) FROM sales_closereason WHERE outcome = 'won' AND NOT reserved) AS wins,
    (SELECT array_agg(id) FROM sales_closereason WHERE outcome = 'lost' AND NOT reserved) AS losses,
    '{{Ana,Ben,Clara,David,Elif,Finn,Greta,Hugo,Ines,Jonas,Karla,Lars,Mia,Nils,Olga,Paul,Rosa,Stefan,Tara,Umut,Vera,Willem,Yara,Zoe}}'::text[] AS first,
    '{{Adler,Berg,Conrad,Decker,Ebert,Falk,Gruber,Hahn,Ilic,Jansen,Kraus,Lindner,Maurer,Neumann,Otto,Peters,Reuter,Sommer,Thiel,Ulrich,Vogt,Weiss,Yilmaz,Ziegler}}'::text[] AS last,
    '{{Nordwind,Hafen,Alster,Solar,Quell,Wald,Stern,Fjord,Anker,Deich}}'::text[] AS head,
    '{{Technik,Energie,Logistik,Handel,Werke,Systeme,Bau,Dienste}}'::text[] AS tail,
    '{{Energy,Manufacturing,Retail,Software,Logistics,Health}}'::text[] AS industries,
    '{{Hamburg,Berlin,Bremen,Leipzig,Kiel,Munich}}'::text[] AS cities,
    '{{subscriber,subscriber,subscriber,lead,lead,lead,mql,mql,accepted,sql,opportunity,customer,advocate}}'::text[] AS stages,
    '{{google,newsletter,fair,linkedin,referral,direct}}'::text[] AS sources,
    '{{paid_search,email,event,paid_social,referral,direct}}'::text[] AS channels,
    '{{page.viewed,page.viewed,page.viewed,page.viewed,page.viewed,mail.opened,mail.opened,mail.clicked,ad.clicked,form.submitted}}'::text[] AS names;

INSERT INTO people_company (name, domain, website, phone, industry, city, country, employees,
    annual_revenue_currency, tags, custom, external_id, version, recorded_at, changed_at, owner_id)
SELECT format('%s %s %s', pg_temp.pick(head), pg_temp.pick(tail), n), format('firm%s.example', n),
    '', '', pg_temp.pick(industries), pg_temp.pick(cities), 'DE', floor(random() * 900), '',
    '{{}}', '{{}}', '', 1, at, at, pg_temp.pick(users)
FROM words, generate_series(1, {companies}) AS n, LATERAL (SELECT pg_temp.past(random()) AS at, n AS turn) AS day;

INSERT INTO people_contact (first_name, last_name, email, phone, title, city, country, language,
    stage, stage_since, acquired_at, source, channel, campaign, landing_page,
    tags, custom, external_id, version, recorded_at, changed_at, owner_id)
SELECT pg_temp.pick(first), pg_temp.pick(last), format('person%s@firm%s.example', n, 1 + (n - 1) % {companies}),
    format('+49405550%s', lpad(n::text, 6, '0')), '', pg_temp.pick(cities), 'DE', 'de',
    pg_temp.pick(stages), at, at, CASE WHEN k > 1 THEN sources[k - 1] END,
    CASE WHEN k > 1 THEN channels[k - 1] ELSE 'unknown' END, '', '',
    CASE WHEN n % 9 = 0 THEN '{{fair}}'::varchar[] ELSE '{{}}' END, '{{}}', '', 1, at, at,
    CASE WHEN n % 5 > 0 THEN pg_temp.pick(users) END
FROM words, generate_series(1, {contacts}) AS n,
    LATERAL (SELECT pg_temp.past(random()) AS at, 1 + floor(random() * 7)::int AS k, n AS turn) AS day;

INSERT INTO people_address (contact_id, kind, value, label, is_primary)
SELECT id, kind, CASE kind WHEN 'email' THEN email ELSE phone END, '', true
FROM people_contact, unnest(ARRAY['email', 'phone']) AS kind;
INSERT INTO people_affiliation (contact_id, company_id, role, is_primary)
SELECT id, 1 + (id - 1) % {companies}, '', true FROM people_contact;
INSERT INTO people_lifecyclechange (contact_id, stage, previous, at, recorded_at, reason)
SELECT id, 'subscriber', '', recorded_at, recorded_at, '' FROM people_contact
UNION ALL SELECT id, stage, 'subscriber', recorded_at, recorded_at, '' FROM people_contact
WHERE stage <> 'subscriber';
INSERT INTO platform_fieldchange (at, subject_type, subject_id, field, old, new, origin)
SELECT c.changed_at, 'contact', c.id, 'city', '""', to_jsonb(c.city), 'user'
FROM people_contact AS c, generate_series(1, 2);

INSERT INTO sales_deal (name, company_id, pipeline_id, stage_id, stage_since, rank, amount, currency,
    opened_at, close_on, closed_at, outcome, reason_id, reason_note,
    tags, custom, external_id, version, recorded_at, changed_at, owner_id)
SELECT format('%s %s', pg_temp.pick(head), n), 1 + floor(random() * {companies}), 1,
    CASE outcome WHEN 'won' THEN won WHEN 'lost' THEN lost ELSE pg_temp.pick(steps) END, moved, n,
    (100 * floor(10 + random() * 900))::numeric, 'EUR', opened,
    CASE outcome WHEN '' THEN current_date + floor(random() * 90)::int - 15 ELSE moved::date END,
    CASE WHEN outcome <> '' THEN moved END, outcome,
    CASE outcome WHEN 'won' THEN pg_temp.pick(wins) WHEN 'lost' THEN pg_temp.pick(losses) END, '',
    '{{}}', '{{}}', '', 1, opened, moved, pg_temp.pick(users)
FROM words, generate_series(1, {deals}) AS n,
    LATERAL (SELECT pg_temp.pick('{{won,won,lost,lost,lost,"",""}}'::text[]) AS outcome, random() AS ago, n AS turn) AS fate,
    LATERAL (SELECT pg_temp.past(ago) AS opened, pg_temp.past(ago * random()) AS moved) AS days;
INSERT INTO sales_dealcontact (deal_id, contact_id, role)
SELECT id, company_id + {companies} * k, '' FROM sales_deal, generate_series(0, 1) AS k;
INSERT INTO sales_stagechange (deal_id, previous_id, stage_id, at, recorded_at, amount, currency, close_on)
SELECT id, NULL::bigint, (SELECT steps[1] FROM words), opened_at, opened_at, amount, currency, close_on FROM sales_deal
UNION ALL SELECT id, (SELECT steps[1] FROM words), stage_id, stage_since, stage_since, amount, currency, close_on
FROM sales_deal WHERE stage_id <> (SELECT steps[1] FROM words);
INSERT INTO sales_task (title, kind, due_at, all_day, owner_id, deal_id, contact_id, version, created_at, done_at)
SELECT 'Call back', 'call', CASE d.outcome WHEN '' THEN now() + (random() - 0.4) * interval '20 days' ELSE d.closed_at END,
    true, d.owner_id, d.id, p.contact_id, 1, d.opened_at, CASE WHEN d.outcome <> '' OR d.id % 4 = 0 THEN d.stage_since END
FROM sales_deal AS d JOIN sales_dealcontact AS p ON p.deal_id = d.id;
INSERT INTO sales_activity (kind, happened_at, by_id, contact_id, company_id, deal_id, body, outcome, pinned, version)
SELECT pg_temp.pick('{{note,call,meeting,email}}'::text[]), d.opened_at + random() * (d.stage_since - d.opened_at),
    d.owner_id, p.contact_id, d.company_id, d.id, 'Spoke about sizes and the date of delivery.', '', false, 1
FROM sales_deal AS d JOIN sales_dealcontact AS p ON p.deal_id = d.id, generate_series(1, 2);

INSERT INTO platform_event (name, happened_at, recorded_at, team, contact_id, company_id, deal_id, user_id, properties)
SELECT 'activity.' || kind, happened_at, happened_at, 'sales', contact_id, company_id, deal_id, by_id,
    jsonb_build_object('activity', id)
FROM sales_activity;
INSERT INTO platform_event (name, happened_at, recorded_at, team, contact_id, company_id, properties,
    channel, source)
SELECT name, at, at, 'marketing', contact, 1 + (contact - 1) % {companies},
    jsonb_build_object('path', '/prices/', 'title', 'Prices'),
    CASE WHEN touch THEN channels[k] ELSE '' END, CASE WHEN touch THEN sources[k] ELSE '' END
FROM words, generate_series(1, {events} - (SELECT count(*) FROM sales_activity)) AS n,
    LATERAL (SELECT pg_temp.pick(names) AS name, pg_temp.past(random()) AS at,
        1 + floor({contacts} * power(random(), 2))::int AS contact, 1 + floor(random() * 6)::int AS k, n AS turn) AS told,
    LATERAL (SELECT name IN ('ad.clicked', 'form.submitted') AS touch) AS kind;
