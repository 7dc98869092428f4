with tickets as (

    select
        *,
        {{ tap_analytics.local_time('created_datetime') }} as created_locally
    from {{ ref('stg_support__tickets') }}

),

answers as (

    select
        ticket_id,
        min(created_datetime) as first_response_at
    from {{ ref('stg_support__messages') }}
    where from_agent and public
    group by ticket_id

),

agents as (

    select * from {{ ref('stg_support__users') }}

),

times as (

    select
        tickets.*,
        case when not coalesce(tickets.from_agent, false) then answers.first_response_at end as first_response_at,
        case when tickets.status = 'closed' then tickets.closed_datetime end as closed_at
    from tickets
    left join answers on tickets.id = answers.ticket_id

)

select
    times.id as ticket_id,
    times.channel,
    times.status,
    times.priority,
    times.subject,
    times.assignee_user_id,
    coalesce(agents.name, {{ tap_analytics.json_text('times.assignee_user', 'name') }}) as agent_name,
    lower(trim({{ tap_analytics.json_text('times.customer', 'email') }})) as customer_email,
    times.created_datetime as created_at,
    cast(times.created_locally as date) as created_day,
    {{ tap_analytics.month_of('times.created_locally') }} as created_month,
    cast(extract(hour from times.created_locally) as integer) as created_hour,
    times.first_response_at,
    times.closed_at,
    {{ tap_analytics.minutes_between('times.created_datetime', 'times.first_response_at') }} as first_response_minutes,
    {{ tap_analytics.minutes_between('times.created_datetime', 'times.closed_at') }} as resolution_minutes
from times
left join agents on times.assignee_user_id = agents.id
