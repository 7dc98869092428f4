with tickets as (

    select
        id,
        tags,
        {{ tap_analytics.local_day('created_datetime') }} as opened_day,
        case when status = 'closed' then {{ tap_analytics.local_day('closed_datetime') }} end as closed_day
    from {{ ref('stg_support__tickets') }}

),

tagged as (

    select distinct
        tickets.id,
        {{ tap_analytics.json_text('element.value', 'name') }} as tag,
        tickets.opened_day,
        tickets.closed_day
    from tickets
    {{ tap_analytics.each_element('tickets.tags', 'element') }}

),

changes as (

    select
        opened_day as day,
        tag,
        1 as opened,
        0 as closed
    from tagged
    union all
    select
        closed_day as day,
        tag,
        0 as opened,
        1 as closed
    from tagged
    where closed_day is not null

)

select
    day,
    tag,
    cast(sum(opened) as bigint) as opened,
    cast(sum(closed) as bigint) as closed
from changes
group by day, tag
