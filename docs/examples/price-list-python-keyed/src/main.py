import asyncio

from apify import Actor


async def main() -> None:
    async with Actor:
        total = 0
        for number in range(1, 31):
            product = await Actor.get_value(f'product-{number}')
            if product is None:
                product = await read_product(number)
                await Actor.set_value(f'product-{number}', product)
            total += product['price']
        await Actor.set_value('OUTPUT', {'total': total})


async def read_product(number: int) -> dict:
    """Simulates a request to a shop."""
    await asyncio.sleep(0.02)
    return {'name': f'Product {number}', 'price': number * 37 % 100}
