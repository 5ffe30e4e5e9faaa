import asyncio

from apify import Actor


async def main() -> None:
    async with Actor:
        state = await Actor.use_state({'next': 1, 'total': 0})
        while state['next'] <= 30:
            product = await read_product(state['next'])
            await Actor.push_data(product)
            state['next'] += 1
            state['total'] += product['price']
        await Actor.set_value('OUTPUT', {'total': state['total']})


async def read_product(number: int) -> dict:
    """Simulates a request to a shop."""
    await asyncio.sleep(0.02)
    return {'name': f'Product {number}', 'price': number * 37 % 100}
