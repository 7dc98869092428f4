with tickets as (

    select
        coalesce(channel, 'unknown') as channel,
        {{ tap_analytics.local_day('created_datetime') }} as opened_day,
        case when status = 'closed' then {{ tap_analytics.local_day('closed_datetime') }} end as closed_day
    from {{ ref('stg_support__tickets') }}

),

bounds as (

    select
        min(opened_day) as first_day,
        greatest(max(opened_day), max(closed_day), {{ tap_analytics.account('today') }}) as last_day
    from tickets

),

days as (

    select {{ tap_analytics.each('day', 'first_day', 'last_day') }} as day
    from bounds
    where first_day is not null

),

channels as (

    select distinct channel from tickets

),

changes as (

    select
        opened_day as day,
        channel,
        1 as opened,
        0 as closed
    from tickets
    union all
    select
        closed_day as day,
        channel,
        0 as opened,
        1 as closed
    from tickets
    where closed_day is not null

),

counts as (

    select
        day,
        channel,
        sum(opened) as opened,
        sum(closed) as closed
    from changes
    group by day, channel

)

select
    days.day,
    channels.channel,
    cast(coalesce(counts.opened, 0) as bigint) as opened,
    cast(coalesce(counts.closed, 0) as bigint) as closed,
    cast(
        sum(coalesce(counts.opened, 0) - coalesce(counts.closed, 0))
            over (partition by channels.channel order by days.day)
        as bigint
    ) as backlog
from days
cross join channels
left join counts on days.day = counts.day and channels.channel = counts.channel
