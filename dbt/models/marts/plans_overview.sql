with movements as (

    select
        *,
        -- What is told of one instant is told in the order in which it can have happened.
        row_number() over (
            partition by customer_uuid, subscription_external_id, currency
            order by
                occurred_at desc, case type when 'churn' then 0 when 'new_biz' then 2 else 1 end, activity_uuid desc
        ) as changes_left
    from {{ ref('int_mrr_movements') }}

),

subscriptions as (

    select
        customer_uuid,
        subscription_external_id,
        currency,
        max(case when changes_left = 1 then data_source_uuid end) as data_source_uuid,
        max(case when changes_left = 1 then plan_external_id end) as plan_external_id,
        sum(movement) as mrr
    from movements
    group by customer_uuid, subscription_external_id, currency

),

earlier_movements as (

    select
        *,
        row_number() over (
            partition by customer_uuid, subscription_external_id, currency
            order by
                occurred_at desc, case type when 'churn' then 0 when 'new_biz' then 2 else 1 end, activity_uuid desc
        ) as changes_left
    from {{ ref('int_mrr_movements') }}
    where day <= {{ tap_analytics.account('today') }} - 90

),

earlier_subscriptions as (

    select
        customer_uuid,
        subscription_external_id,
        currency,
        max(case when changes_left = 1 then data_source_uuid end) as data_source_uuid,
        max(case when changes_left = 1 then plan_external_id end) as plan_external_id,
        sum(movement) as mrr
    from earlier_movements
    group by customer_uuid, subscription_external_id, currency

),

figures as (

    select
        data_source_uuid,
        plan_external_id,
        currency,
        count(distinct case when mrr > 0 then customer_uuid end) as customers,
        sum(mrr) as mrr,
        0 as customers_90_days_ago,
        0 as mrr_90_days_ago
    from subscriptions
    group by data_source_uuid, plan_external_id, currency
    union all
    select
        data_source_uuid,
        plan_external_id,
        currency,
        0 as customers,
        0 as mrr,
        count(distinct case when mrr > 0 then customer_uuid end) as customers_90_days_ago,
        sum(mrr) as mrr_90_days_ago
    from earlier_subscriptions
    group by data_source_uuid, plan_external_id, currency

),

by_plan as (

    select
        data_source_uuid,
        plan_external_id,
        currency,
        cast(sum(customers) as bigint) as customers,
        sum(mrr) as mrr,
        cast(sum(customers_90_days_ago) as bigint) as customers_90_days_ago,
        sum(mrr_90_days_ago) as mrr_90_days_ago
    from figures
    group by data_source_uuid, plan_external_id, currency

),

plans as (

    select * from {{ ref('stg_subscription__plans') }}

)

select
    plans.uuid as plan_uuid,
    coalesce(plans.data_source_uuid, by_plan.data_source_uuid) as data_source_uuid,
    coalesce(plans.external_id, by_plan.plan_external_id) as plan_external_id,
    plans.name as plan_name,
    plans.interval_count,
    plans.interval_unit,
    coalesce(by_plan.currency, {{ tap_analytics.account('currency') }}) as currency,
    coalesce(by_plan.customers, 0) as customers,
    {{ tap_analytics.money('coalesce(by_plan.mrr, 0)') }} as mrr,
    {{ tap_analytics.money('coalesce(12 * by_plan.mrr, 0)') }} as arr,
    case when by_plan.customers > 0 then {{ tap_analytics.money('by_plan.mrr / by_plan.customers') }} end as arpa,
    cast(by_plan.mrr as double precision)
    / nullif(cast(sum(by_plan.mrr) over (partition by by_plan.currency) as double precision), 0) as share_of_mrr,
    coalesce(by_plan.customers_90_days_ago, 0) as customers_90_days_ago,
    {{ tap_analytics.money('coalesce(by_plan.mrr_90_days_ago, 0)') }} as mrr_90_days_ago,
    {{ tap_analytics.money('coalesce(by_plan.mrr - by_plan.mrr_90_days_ago, 0)') }} as mrr_change_90_days
from plans
full outer join by_plan
    on plans.external_id = by_plan.plan_external_id and plans.data_source_uuid = by_plan.data_source_uuid
