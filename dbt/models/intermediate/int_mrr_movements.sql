-- One row for each change of a subscription's recurring revenue, and one of the type `opening` for what a customer paid
-- before the first of its changes that was loaded (there are none when everything was loaded from the beginning).
with activities as (

    select
        uuid as activity_uuid,
        customer_uuid,
        customer_name,
        subscription_external_id,
        billing_connector_uuid as data_source_uuid,
        plan_external_id,
        type,
        description,
        currency,
        date as occurred_at,
        {{ tap_analytics.local_day('date') }} as day,
        activity_mrr_movement as movement
    from {{ ref('stg_subscription__activities') }}

),

per_customer as (

    select
        customer_uuid,
        sum(movement) as movement,
        sum(case when type = 'new_biz' then 1 else 0 end) as beginnings
    from activities
    group by customer_uuid

),

openings as (

    select
        'opening ' || customers.uuid as activity_uuid,
        customers.uuid as customer_uuid,
        coalesce(customers.company, customers.name) as customer_name,
        cast(null as {{ dbt.type_string() }}) as subscription_external_id,
        customers.data_source_uuid,
        cast(null as {{ dbt.type_string() }}) as plan_external_id,
        'opening' as type,
        'Paid before the first change that was loaded' as description,
        {{ tap_analytics.account('currency') }} as currency,
        cast(null as timestamp) as occurred_at,
        coalesce((select min(activities.day) from activities), {{ tap_analytics.account('today') }}) as day,
        customers.mrr - coalesce(per_customer.movement, 0) as movement
    from {{ ref('stg_subscription__customers') }} as customers
    left join per_customer on customers.uuid = per_customer.customer_uuid
    where
        coalesce(per_customer.beginnings, 0) = 0
        and customers.mrr > coalesce(per_customer.movement, 0)

)

select * from activities
union all
select * from openings
