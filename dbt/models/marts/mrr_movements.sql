with movements as (

    select * from {{ ref('int_mrr_movements') }}
    where type <> 'opening'

),

plans as (

    select * from {{ ref('stg_subscription__plans') }}

),

customers as (

    select * from {{ ref('stg_subscription__customers') }}

)

select
    movements.activity_uuid,
    movements.occurred_at,
    movements.day,
    {{ tap_analytics.month_of('movements.day') }} as month,
    movements.type,
    movements.description,
    movements.customer_uuid,
    coalesce(customers.company, customers.name, movements.customer_name) as customer_name,
    customers.email as customer_email,
    movements.subscription_external_id,
    movements.plan_external_id,
    plans.name as plan_name,
    movements.currency,
    {{ tap_analytics.money('movements.movement') }} as movement
from movements
left join plans
    on movements.plan_external_id = plans.external_id and movements.data_source_uuid = plans.data_source_uuid
left join customers on movements.customer_uuid = customers.uuid
