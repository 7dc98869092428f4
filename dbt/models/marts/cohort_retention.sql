with beginnings as (

    select
        customer_uuid,
        currency,
        day,
        movement,
        min(day) over (partition by customer_uuid, currency) as first_day
    from {{ ref('int_mrr_movements') }}
    where type = 'new_biz'

),

members as (

    select
        customer_uuid,
        currency,
        {{ tap_analytics.month_of('first_day') }} as cohort_month,
        sum(case when day = first_day then movement else 0 end) as starting_mrr
    from beginnings
    group by customer_uuid, currency, {{ tap_analytics.month_of('first_day') }}

),

cohorts as (

    select
        cohort_month,
        currency,
        count(*) as customers,
        sum(starting_mrr) as starting_mrr
    from members
    group by cohort_month, currency

),

retained as (

    select
        members.cohort_month,
        members.currency,
        months.month,
        count(*) as customers,
        sum(mrr.mrr) as mrr
    from members
    inner join {{ ref('customer_mrr') }} as mrr
        on members.customer_uuid = mrr.customer_uuid and members.currency = mrr.currency
    inner join {{ ref('int_months') }} as months
        on
            months.month >= members.cohort_month
            and months.last_day >= mrr.valid_from
            and months.last_day < mrr.valid_until
    where mrr.mrr > 0
    group by members.cohort_month, members.currency, months.month

)

select
    cohorts.cohort_month,
    cohorts.currency,
    {{ tap_analytics.months_between('months.month', 'cohorts.cohort_month') }} as months_since,
    months.month,
    cohorts.customers,
    coalesce(retained.customers, 0) as retained_customers,
    cast(coalesce(retained.customers, 0) as double precision) / cohorts.customers as retention,
    {{ tap_analytics.money('cohorts.starting_mrr') }} as starting_mrr,
    {{ tap_analytics.money('coalesce(retained.mrr, 0)') }} as retained_mrr,
    case
        when cohorts.starting_mrr > 0
            then cast(coalesce(retained.mrr, 0) as double precision) / cast(cohorts.starting_mrr as double precision)
    end as mrr_retention,
    months.is_complete
from cohorts
inner join {{ ref('int_months') }} as months on cohorts.cohort_month <= months.month
left join retained
    on
        cohorts.cohort_month = retained.cohort_month
        and cohorts.currency = retained.currency
        and months.month = retained.month
