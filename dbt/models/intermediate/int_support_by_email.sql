-- What the support desk knows of each e-mail address: its customers, its open tickets and its bad ratings.
with contacts as (

    select
        id,
        lower(trim(email)) as email
    from {{ ref('stg_support__customers') }}

),

tickets as (

    select
        id,
        cast({{ tap_analytics.json_text('customer', 'id') }} as bigint) as contact_id,
        lower(trim({{ tap_analytics.json_text('customer', 'email') }})) as email,
        status = 'open' and not coalesce(spam, false) and trashed_datetime is null as is_open
    from {{ ref('stg_support__tickets') }}

),

surveys as (

    select
        ticket_id,
        customer_id,
        score <= {{ var('tap_analytics_bad_score') }} as is_bad
    from {{ ref('stg_support__satisfaction_surveys') }}

),

findings as (

    select
        email,
        1 as contacts,
        0 as open_tickets,
        0 as bad_ratings
    from contacts
    union all
    select
        coalesce(contacts.email, tickets.email) as email,
        0 as contacts,
        1 as open_tickets,
        0 as bad_ratings
    from tickets
    left join contacts on tickets.contact_id = contacts.id
    where tickets.is_open
    union all
    select
        coalesce(contacts.email, tickets.email) as email,
        0 as contacts,
        0 as open_tickets,
        1 as bad_ratings
    from surveys
    left join tickets on surveys.ticket_id = tickets.id
    left join contacts on coalesce(surveys.customer_id, tickets.contact_id) = contacts.id
    where surveys.is_bad

)

select
    email,
    cast(sum(contacts) as bigint) as contacts,
    cast(sum(open_tickets) as bigint) as open_tickets,
    cast(sum(bad_ratings) as bigint) as bad_ratings
from findings
group by email
