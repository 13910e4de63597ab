mod frame;
mod screen;
