-- The months of the reports, from the first change of revenue or the first ticket until today.
with first_days as (

    select min(day) as day from {{ ref('int_mrr_movements') }}
    union all
    select min({{ tap_analytics.local_day('created_datetime') }}) as day from {{ ref('stg_support__tickets') }}

),

months as (

    select
        {{ tap_analytics.each(
            'month',
            tap_analytics.month_of('coalesce(min(day), ' ~ tap_analytics.today() ~ ')'),
            tap_analytics.today()
        ) }} as month
    from first_days

)

select
    month,
    least({{ tap_analytics.month_end('month') }}, {{ tap_analytics.today() }}) as last_day,
    {{ tap_analytics.month_end('month') }} < {{ tap_analytics.today() }} as is_complete
from months
